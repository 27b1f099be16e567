#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "connector/http.h"
#include "connector/json.h"

namespace connector::integration {

/// A response as templates see it.
struct DecodedResponse {
  Json value;                   ///< the JSON, the XML as an object, or the text
  Json headers;                 ///< values of repeated ones joined by ", "
  Json links;                   ///< the Link header: {rel: {"url", "rel", …}}
  std::size_t fingerprint = 0;  ///< of the body
  std::string beginning = {};   ///< of the body, for messages
};

inline constexpr std::size_t max_values = 5'000'000;  ///< of a response; each may take some hundred bytes

/// Throws SourceError for JSON or XML of more values, and for JSON nested deeper than 500 levels.
DecodedResponse read_answer(const Response& response);

}  // namespace connector::integration
