// What senders write in the place of JSON. For json.cpp alone.
#pragma once

#include <string>
#include <string_view>

namespace connector {

/// Sources that cut texts in the middle of a character send one half of a surrogate pair: it becomes \ufffd.
std::string without_lone_surrogates(std::string_view text);

/// The text with null for the words and numbers that Python's json writes and reads but JSON does not have: NaN,
/// Infinity, -Infinity, 1e400. The same text when it holds none.
std::string without_non_numbers(std::string_view text);

}  // namespace connector
