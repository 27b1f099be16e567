#include "integration/decoded_response.h"

#include <algorithm>
#include <functional>
#include <unordered_map>
#include <utility>

#include "connector/error.h"
#include "text/decode.h"
#include "text/text.h"

namespace connector::integration {
namespace {

Json header_values(const Headers& headers) {
  ObjectBuilder values;
  std::unordered_map<std::string, std::string> names;  // by their lower case, as they came first
  for (const auto& [name, value] : headers) {
    Json& joined = values[names.try_emplace(lower_case(name), name).first->second];
    if (joined.is_null()) {
      joined = value;
    } else {
      joined.get_ref<std::string&>().append(", ").append(value);
    }
  }
  return values.take();
}

std::string_view unquoted(std::string_view text) {
  text = trimmed(text);
  const bool is_quoted =
      text.size() > 1 && text.front() == text.back() && (text.front() == '"' || text.front() == '\'');
  return is_quoted ? text.substr(1, text.size() - 2) : text;
}

/// Takes what stands before the next `mark` outside quotes off the text.
std::string_view taken(std::string_view& text, char mark) {
  bool is_quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') is_quoted = !is_quoted;
    if (text[i] != mark || is_quoted) continue;
    const std::string_view part = text.substr(0, i);
    text.remove_prefix(i + 1);
    return part;
  }
  return std::exchange(text, {});
}

}  // namespace

Json read_links(std::string_view header) {
  ObjectBuilder links;
  while (true) {
    const std::size_t begin = header.find('<');
    const std::size_t end = header.find('>', std::min(begin, header.size()));
    if (end == std::string_view::npos) return links.take();
    const std::string url(header.substr(begin + 1, end - begin - 1));
    header.remove_prefix(end + 1);
    std::string_view parameters = taken(header, ',');
    ObjectBuilder link;
    link["url"] = url;
    while (!parameters.empty()) {
      std::string_view parameter = taken(parameters, ';');
      const std::string_view name = trimmed(taken(parameter, '='));
      if (!name.empty()) link[name] = std::string(unquoted(parameter));
    }
    Json complete = link.take();
    const auto relation = complete.find("rel");
    const std::string key = relation == complete.end() ? url : relation->get<std::string>();
    links[key] = std::move(complete);
  }
}

DecodedResponse read_answer(const Response& response) try {
  return {.value = decoded_body(response.body, response.headers.find("Content-Type"), max_values),
          .headers = header_values(response.headers),
          .links = read_links(response.headers.find("Link").value_or("")),
          .fingerprint = std::hash<std::string>()(response.body)};
} catch (const SourceError& error) {
  throw SourceError(fmt::format("{} {}: the answer cannot be read: {}", response.method, response.url, error.what()));
}

}  // namespace connector::integration
