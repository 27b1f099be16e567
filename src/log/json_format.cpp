#include "log/json_format.h"

#include <fmt/chrono.h>

#include <chrono>
#include <string>

#include "connector/json.h"
#include "log/python_format.h"

namespace connector {

void JsonFormat::format(const spdlog::details::log_msg& line, spdlog::memory_buf_t& text) {
  const auto milliseconds = std::chrono::floor<std::chrono::milliseconds>(line.time.time_since_epoch()).count();
  const std::string time = fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z",
                                       fmt::gmtime(spdlog::log_clock::to_time_t(line.time)), milliseconds % 1000);
  const std::string json = to_text(Json{{"time", time},
                                        {"level", level_name(line.level)},
                                        {"logger", std::string(line.logger_name.data(), line.logger_name.size())},
                                        {"message", std::string(line.payload.data(), line.payload.size())}}) +
                           "\n";
  text.append(json.data(), json.data() + json.size());
}

}  // namespace connector
