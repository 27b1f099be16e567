#pragma once

#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

namespace connector {

/// The strings that no log line may show. Safe to use from several threads.
class Redactor {
 public:
  Redactor() = default;
  /// Clears their memory.
  ~Redactor();
  Redactor(const Redactor&) = delete;
  Redactor& operator=(const Redactor&) = delete;

  /// Hides the text as it is, and as it stands in URLs, JSON and XML: a response may quote what it was asked. Strings
  /// shorter than four characters are ignored.
  void hide(std::string_view secret);

  /// The text with *** for each hidden one; of overlapping ones the longest counts.
  std::string redact(std::string text) const;

 private:
  void hide_form(std::string_view form);

  mutable std::shared_mutex mutex_;
  std::vector<std::string> secrets_;  ///< the longest first
};

}  // namespace connector
