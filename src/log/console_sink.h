#pragma once

#include <spdlog/sinks/base_sink.h>

#include <memory>
#include <mutex>
#include <utility>

#include "log/console.h"

namespace connector {

/// Writes lines to standard error, above its live ones.
class ConsoleSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit ConsoleSink(std::shared_ptr<Console> console) : console_(std::move(console)) {}

 protected:
  void sink_it_(const spdlog::details::log_msg& line) override {
    spdlog::memory_buf_t text;
    formatter_->format(line, text);
    console_->write({text.data(), text.size()});
  }
  void flush_() override {}

 private:
  const std::shared_ptr<Console> console_;
};

}  // namespace connector
