#include "text/links.h"

#include <algorithm>
#include <string>
#include <utility>

#include "text/text.h"

namespace connector {
namespace {

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

}  // namespace connector
