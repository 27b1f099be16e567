#include "log/syslog_sink.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>

namespace connector {
namespace {

/// In the order of their numbers.
constexpr std::array<std::string_view, 24> facilities = {
    "kern",   "user",   "mail",     "daemon", "auth",   "syslog",   "lpr",     "news",
    "uucp",   "cron",   "authpriv", "ftp",    "ntp",    "security", "console", "solaris-cron",
    "local0", "local1", "local2",   "local3", "local4", "local5",   "local6",  "local7"};

int facility_of(const Json& name) {
  if (name.is_null()) return 1;
  if (name.is_number_integer() && name >= 0 && name < 24) return name.get<int>();
  const auto* found =
      name.is_string() ? std::find(facilities.begin(), facilities.end(), name.get<std::string>()) : facilities.end();
  if (found == facilities.end()) throw std::runtime_error(fmt::format("its facility {} is not known", to_text(name)));
  return static_cast<int>(found - facilities.begin());
}

std::unique_ptr<Datagrams> daemon_at(const Json& settings) {
  if (to_text(at(settings, "socktype")).find("STREAM") != std::string::npos) {
    throw std::runtime_error("it speaks UDP and to local sockets only");
  }
  const Json& address = at(settings, "address");
  if (address.is_null()) return std::make_unique<Datagrams>("localhost", std::uint16_t{514});
  if (address.is_string()) return std::make_unique<Datagrams>(std::filesystem::path(address.get<std::string>()));
  const Json& port = at(address, "1");
  if (!at(address, "0").is_string() || !port.is_number_integer() || port < 1 || port > 65535) {
    throw std::runtime_error("its address is neither a path nor [host, port]");
  }
  return std::make_unique<Datagrams>(at(address, "0").get<std::string>(), port.get<std::uint16_t>());
}

int severity(spdlog::level::level_enum level) {
  switch (level) {
    case spdlog::level::debug:
      return 7;
    case spdlog::level::info:
      return 6;
    case spdlog::level::warn:
      return 4;
    case spdlog::level::err:
      return 3;
    default:
      return 2;
  }
}

}  // namespace

SyslogSink::SyslogSink(const Json& settings)
    : daemon_(daemon_at(settings)), facility_(facility_of(at(settings, "facility"))) {}

void SyslogSink::sink_it_(const spdlog::details::log_msg& line) {
  spdlog::memory_buf_t text;
  formatter_->format(line, text);
  const std::string_view message(text.data(), text.size() - 1);  // without the line feed
  daemon_->send(fmt::format("<{}>{}", facility_ * 8 + severity(line.level), message));
}

}  // namespace connector
