#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "connector/http.h"
#include "connector/json.h"

namespace connector::integration {

/// An answer as templates see it.
struct DecodedResponse {
  Json value;                   ///< the JSON, the XML as an object, or the text
  Json headers;                 ///< values of repeated ones joined by ", "
  Json links;                   ///< the Link header: {rel: {"url", "rel", …}}
  std::size_t fingerprint = 0;  ///< of the body
};

inline constexpr std::size_t max_values = 5'000'000;  ///< of an answer; each may take some hundred bytes

/// Throws SourceError for JSON or XML of more values, and for JSON nested deeper than 500 levels.
DecodedResponse read_answer(const Response& response);

/// The value of a body: JSON if it is JSON, else XML, else the text. content_type: the header's value. What is no text
/// in its charset is read with U+FFFD in the place of what is wrong.
Json read_body(std::string_view body, const std::optional<std::string>& content_type);

/// An XML document as an object: attributes are keys "@name", text beside attributes or children is "#text", repeated
/// children are a list, an element without attributes and children is its text or null. Nothing when it is not
/// well-formed, declares entities, or is nested deeper than 500 levels.
std::optional<Json> read_xml(const std::string& text);

/// A Link header (RFC 8288) by its relations; links without one by their URL.
Json read_links(std::string_view header);

}  // namespace connector::integration
