#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "connector/json.h"
#include "connector/log.h"
#include "log/redactor.h"

namespace connector::integration {

/// What one sync must not show: forgotten with the sync, so that a program that runs for months does not collect what
/// has long expired. Safe to use from several threads.
class Secrets {
 public:
  /// Of "Bearer abc" the second word, too.
  void hide(std::string_view secret);
  /// For what counts for a single call: only the last few hundred of them are remembered.
  void hide_for_a_call(std::string_view secret);
  /// Hides every text of at least so many characters inside a value.
  void hide_texts(const Json& value, std::size_t least_length);

  /// Hides what stands in a template as it is: quoted strings but for keys, values of forms, texts of XML; all of it
  /// when it has no markup.
  void hide_literals(const Json& source);

  std::string redact(std::string text) const;

 private:
  Redactor lasting_;
  mutable std::mutex mutex_;
  std::shared_ptr<Redactor> recent_ = std::make_shared<Redactor>();
  std::shared_ptr<Redactor> older_ = std::make_shared<Redactor>();
  std::size_t recent_count_ = 0;
};

/// A log that writes where `log` does, and shows neither its secrets nor these. What is hidden by it is hidden in
/// `secrets` alone.
Log log_with(const std::shared_ptr<Secrets>& secrets, const Log& log);

}  // namespace connector::integration
