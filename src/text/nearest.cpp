#include "text/nearest.h"

#include <algorithm>
#include <cstddef>

#include "text/text.h"
#include "text/utf8.h"

namespace connector {
namespace {

constexpr std::size_t longest_word = 100;  // names are short; what is longer is no typing error

std::u32string characters(std::string_view text) {
  const std::string folded = lower_case(text);
  std::u32string result;
  for (std::string_view rest = folded; !rest.empty();) result += take_character(rest);
  return result;
}

/// How many changes lead from one word to the other (optimal string alignment).
std::size_t changes(const std::u32string& from, const std::u32string& to) {
  using Row = std::vector<std::size_t>;
  Row before(to.size() + 1);
  Row last(to.size() + 1);
  Row row(to.size() + 1);
  for (std::size_t j = 0; j <= to.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= from.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= to.size(); ++j) {
      const std::size_t replaced = last[j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
      const bool swapped = i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    std::swap(before, last);
    std::swap(last, row);
  }
  return last.back();
}

}  // namespace

std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& names,
                                   std::size_t max_changes) {
  const std::u32string meant = characters(word.substr(0, longest_word));
  std::size_t least = std::min(std::max<std::size_t>(meant.size() / 3, 1), max_changes) + 1;
  std::optional<std::string> found;
  for (const std::string& name : names) {
    if (name.size() > longest_word) continue;
    const std::u32string candidate = characters(name);
    const std::size_t longer = std::max(candidate.size(), meant.size());
    if (longer - std::min(candidate.size(), meant.size()) >= least) continue;
    const std::size_t count = changes(meant, candidate);
    if (count >= least || count >= longer) continue;  // not a character in common
    least = count;
    found = name;
  }
  return found;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& names) {
  const std::optional<std::string> name = nearest(word, names);
  return name ? "; did you mean \"" + *name + "\"?" : std::string();
}

}  // namespace connector
