#pragma once

#include <cstddef>
#include <functional>
#include <limits>
#include <string_view>

#include "connector/error.h"
#include "connector/json.h"

namespace connector {

/// A text that would take more memory than it may.
class TooManyValues : public SourceError {
 public:
  using SourceError::SourceError;
};

/// parse_json() for what anybody may have sent. NaN, infinities and numbers beyond the range of double are null, and
/// has_mended is then set. With max_values: more values (texts, numbers, lists, objects …) than that, or nesting deeper
/// than 500 levels, throw TooManyValues, whatever else is wrong with the text.
Json parse_lenient_json(std::string_view text, bool& has_mended,
                        std::size_t max_values = std::numeric_limits<std::size_t>::max());

/// parse_json_items() likewise. max_values: of an item, and of what is not an item together; more throw TooManyValues.
Json parse_lenient_json_items(std::string_view text, std::string_view list, const std::function<void(Json)>& take,
                              bool& has_mended, std::size_t max_values);

}  // namespace connector
