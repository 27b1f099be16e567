#pragma once

#include <spdlog/sinks/base_sink.h>

#include <memory>
#include <mutex>

#include "connector/json.h"
#include "platform/datagrams.h"

namespace connector {

/// Sends lines to a syslog daemon, each with its priority in front (RFC 3164), as Python's SysLogHandler does.
class SyslogSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  /// settings: of the handler: address (a local socket's path, or [host, port]), facility. Throws std::runtime_error,
  /// std::system_error.
  explicit SyslogSink(const Json& settings);

 protected:
  void sink_it_(const spdlog::details::log_msg& line) override;
  void flush_() override {}

 private:
  const std::unique_ptr<Datagrams> daemon_;
  const int facility_;
};

}  // namespace connector
