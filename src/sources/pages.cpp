#include "connector/pages.h"

#include <algorithm>

namespace connector {

bool Connector::wants(std::string_view name) const {
  const auto is_below = [](std::string_view inner, std::string_view outer) {
    return inner.starts_with(outer) && (inner.size() == outer.size() || inner[outer.size()] == '.');
  };
  return all_attributes || std::any_of(sources.begin(), sources.end(), [&](const std::string& source) {
           return is_below(source, name) || is_below(name, source);
         });
}

Json& list_of(Json& page, std::string_view name, const Response& response) {
  Json& list = name.empty() ? page : const_cast<Json&>(at(page, name));
  if (!list.is_array()) {
    throw SourceError(fmt::format("{} {}: the response {}: {}", response.method, response.url,
                                  name.empty() ? "is not a list" : fmt::format("has no list \"{}\"", name),
                                  excerpt(response.body)));
  }
  return list;
}

void emit_rows(const Emit& emit, Json& rows, std::string_view what) {
  for (Json& row : rows) {
    if (row.is_object()) {
      emit(std::move(row));
    } else {
      emit({std::move(row), fmt::format("{} is not an object", what)});
    }
  }
}

Json software_entry(Json name, Json version, Json path) {
  return {{"name", std::move(name)}, {"version", std::move(version)}, {"path", std::move(path)}};
}

void PageGuard::check(const std::string& page) {
  if (!asked_.insert(page).second) throw SourceError(source_ + " pagination loops: a page leads to one read before");
}

bool read_part(const Connector& source, const Emit& emit, std::string_view what, const std::function<void()>& read) {
  try {
    read();
    return true;
  } catch (const SourceError& error) {
    if (source.stop.stop_requested()) throw Stopped();
    emit.incomplete(fmt::format("{}: {}", what, error.what()));
    return false;
  }
}

}  // namespace connector
