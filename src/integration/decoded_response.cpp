#include "integration/decoded_response.h"

#include <uniconv.h>
#include <unistr.h>

#include <array>
#include <cstdlib>
#include <functional>
#include <memory>
#include <unordered_map>
#include <utility>

#include "connector/error.h"
#include "text/bounded_json.h"
#include "text/text.h"

namespace connector::integration {
namespace {

/// The parameter charset of a Content-Type, lower case; empty when there is none.
std::string charset_of(std::string_view content_type) {
  const std::string text = lower_case(content_type);
  const std::size_t place = text.find("charset=");
  if (place == std::string::npos) return {};
  std::string_view value = std::string_view(text).substr(place + 8);
  value = trimmed(value.substr(0, value.find(';')));
  if (value.size() > 1 && (value.front() == '"' || value.front() == '\'')) value = value.substr(1, value.size() - 2);
  return std::string(value);
}

bool is_utf8(std::string_view text) {
  return u8_check(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()) == nullptr;
}

std::string repaired(std::string_view text) {
  std::string repaired;
  const auto* next = reinterpret_cast<const std::uint8_t*>(text.data());
  const auto* const end = next + text.size();
  while (next != end) {
    ucs4_t character = 0;
    next += u8_mbtouc(&character, next, static_cast<std::size_t>(end - next));  // U+FFFD for what is no UTF-8
    std::array<std::uint8_t, 6> bytes{};
    const int length = u8_uctomb(bytes.data(), character, bytes.size());
    if (length > 0) repaired.append(reinterpret_cast<const char*>(bytes.data()), static_cast<std::size_t>(length));
  }
  return repaired;
}

/// Nothing when the charset is not known.
std::optional<std::string> converted(std::string_view text, const std::string& charset) {
  std::size_t length = 0;
  const std::unique_ptr<std::uint8_t, decltype(&std::free)> bytes(
      u8_conv_from_encoding(charset.c_str(), iconveh_question_mark, text.data(), text.size(), nullptr, nullptr,
                            &length),
      std::free);
  if (!bytes) return std::nullopt;
  return std::string(reinterpret_cast<const char*>(bytes.get()), length);
}

std::string decoded(std::string_view body, const std::string& charset) {
  std::string text;
  if (!charset.empty() && charset != "utf-8" && charset != "utf8") {
    if (auto known = converted(body, charset)) text = *std::move(known);
  }
  if (text.empty()) text = is_utf8(body) ? std::string(body) : repaired(body);
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (text.starts_with(byte_order_mark)) text.erase(0, byte_order_mark.size());
  return text;
}

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

Json read_body(std::string_view body, const std::optional<std::string>& content_type) {
  std::string text = decoded(body, charset_of(content_type.value_or("")));
  try {
    return parse_bounded_json(text, max_values);
  } catch (const JsonError&) {  // then it is XML or text
  }
  if (auto document = read_xml(text)) return *std::move(document);
  return text;
}

DecodedResponse read_answer(const Response& response) try {
  return {.value = read_body(response.body, response.headers.find("Content-Type")),
          .headers = header_values(response.headers),
          .links = read_links(response.headers.find("Link").value_or("")),
          .fingerprint = std::hash<std::string>()(response.body)};
} catch (const SourceError& error) {
  throw SourceError(fmt::format("{} {}: the answer cannot be read: {}", response.method, response.url, error.what()));
}

}  // namespace connector::integration
