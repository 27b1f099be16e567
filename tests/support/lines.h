#pragma once

#include <mutex>
#include <string>
#include <string_view>

#include "connector/log.h"

namespace connector::test {

/// Keeps the lines of a log, with the secret hunter22 blotted out.
class Lines final : public Log::Output {
 public:
  bool enabled(Level) const override { return true; }
  void write(Level, const std::string& message) override {
    const std::lock_guard lock(mutex_);
    lines += redact(message) + "\n";
  }
  void hide(std::string_view) override {}
  std::string redact(std::string text) const override {
    for (std::size_t at; (at = text.find("hunter22")) != std::string::npos;) text.replace(at, 8, "***");
    return text;
  }
  std::string lines;

 private:
  std::mutex mutex_;
};

}  // namespace connector::test
