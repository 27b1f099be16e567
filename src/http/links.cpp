#include "http/links.h"

#include <algorithm>
#include <optional>
#include <sstream>
#include <string>
#include <utility>

#include "http/address.h"
#include "text/text.h"

namespace connector::http {
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

/// As it stands there where it cannot be resolved.
std::string resolved(const Response& response, std::string url) {
  const std::optional<Address> page = parse_address(response.url);
  const std::optional<Address> target = page ? redirected(*page, url) : std::nullopt;
  return target ? target->url : url;
}

/// A link's parameters by their names in lower case; of a name that occurs twice the first counts.
Json read_parameters(std::string_view parameters) {
  ObjectBuilder link;
  while (!parameters.empty()) {
    std::string_view parameter = taken(parameters, ';');
    const std::string name = ascii_lower_case(trimmed(taken(parameter, '=')));
    if (name.empty()) continue;
    const auto [value, is_new] = link.try_emplace(name);
    if (is_new) value = std::string(unquoted(parameter));
  }
  return link.take();
}

}  // namespace

Json read_links(const Response& response) {
  const std::string text = response.headers.find("Link").value_or("");
  std::string_view header = text;
  ObjectBuilder links;
  while (true) {
    const std::size_t begin = header.find('<');
    const std::size_t end = header.find('>', std::min(begin, header.size()));
    if (end == std::string_view::npos) return links.take();
    const std::string url(header.substr(begin + 1, end - begin - 1));
    header.remove_prefix(end + 1);
    Json link = {{"url", resolved(response, url)}};
    link.update(read_parameters(taken(header, ',')));
    if (!link.contains("rel")) links[url] = link;
    std::istringstream relations(ascii_lower_case(link.value("rel", "")));
    for (std::string relation; relations >> relation;) {
      link["rel"] = relation;
      links[relation] = link;
    }
  }
}

}  // namespace connector::http
