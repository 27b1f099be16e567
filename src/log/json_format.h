#pragma once

#include <spdlog/formatter.h>

#include <memory>

namespace connector {

/// Makes a line a JSON object: {"time": "2026-03-01T08:30:00.123Z", "level": "INFO", "logger": "connector", "message":
/// …}.
class JsonFormat final : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& line, spdlog::memory_buf_t& text) override;
  std::unique_ptr<spdlog::formatter> clone() const override { return std::make_unique<JsonFormat>(); }
};

}  // namespace connector
