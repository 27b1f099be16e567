#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace connector::ldap {

/// A value as it stands in a search filter: `*`, `(`, `)`, `\` and NUL as \2a, \28 … (RFC 4515).
std::string escaped_filter_value(std::string_view value);

/// The filter in parentheses; one that has them stays as it is.
std::string parenthesized(const std::string& filter);

/// Whether a string is a search filter (RFC 4515).
bool is_filter(const std::string& text);

/// A filter with places for a value: `{}` or `{0}`; `{{` and `}}` stand for braces.
class FilterTemplate {
 public:
  FilterTemplate() = default;

  /// Throws std::invalid_argument for any other use of braces.
  explicit FilterTemplate(std::string_view text);

  bool empty() const { return pieces_.size() == 1 && pieces_.front().empty(); }

  /// The filter with the escaped value in every place, in parentheses.
  std::string with(std::string_view value) const;

 private:
  std::vector<std::string> pieces_ = {""};  ///< a place lies between each two
};

}  // namespace connector::ldap
