#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace connector {

/// Which of the names a mistyped word may mean: the one that fewest changes lead to (a character more, less, another,
/// or two swapped; case does not count), if those are a third of the word and max_changes at most. Nothing when none is
/// that near.
std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& names,
                                   std::size_t max_changes = 100);

/// The end of a message about such a word: "; did you mean \"upload\"?". Empty when no name is near.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& names);

}  // namespace connector
