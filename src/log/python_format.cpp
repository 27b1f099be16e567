#include "log/python_format.h"

#include <spdlog/details/os.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <iomanip>
#include <sstream>
#include <utility>

#include "text/utf8.h"

namespace connector {

std::string_view level_name(spdlog::level::level_enum level) {
  switch (level) {
    case spdlog::level::debug:
      return "DEBUG";
    case spdlog::level::info:
      return "INFO";
    case spdlog::level::warn:
      return "WARNING";
    case spdlog::level::err:
      return "ERROR";
    default:
      return "CRITICAL";
  }
}

PythonFormat::PythonFormat(std::string_view format, std::string date_format) : date_format_(std::move(date_format)) {
  while (!format.empty()) {
    Piece piece;
    if (parse_field(format, piece)) {
      pieces_.push_back(std::move(piece));
      continue;
    }
    const std::size_t size = format.starts_with("%%") ? 2 : 1;
    if (pieces_.empty() || !pieces_.back().field.empty()) pieces_.emplace_back();
    pieces_.back().text += format.front();
    format.remove_prefix(size);
  }
}

bool PythonFormat::parse_field(std::string_view& text, Piece& piece) {
  if (!text.starts_with("%(")) return false;
  const std::size_t end = text.find(')');
  if (end == std::string_view::npos || end == 2) return false;
  piece.field = text.substr(2, end - 2);

  std::string_view rest = text.substr(end + 1);
  const auto number = [&rest] {
    std::size_t value = 0;
    for (; !rest.empty() && rest.front() >= '0' && rest.front() <= '9'; rest.remove_prefix(1))
      value = std::min<std::size_t>(value * 10 + static_cast<std::size_t>(rest.front() - '0'), 1000);
    return value;
  };
  for (; !rest.empty() && std::string_view("-0+ #").find(rest.front()) != std::string_view::npos;
       rest.remove_prefix(1)) {
    piece.left = piece.left || rest.front() == '-';
    if (rest.front() == '0') piece.fill = '0';
    if (rest.front() == '+' || (rest.front() == ' ' && piece.sign.empty())) piece.sign = rest.front();
  }
  piece.width = number();
  if (rest.starts_with('.')) {
    rest.remove_prefix(1);
    piece.precision = number();
  }
  if (rest.empty()) return false;
  piece.is_number = rest.front() != 's';
  if (!piece.is_number || piece.left) piece.fill = ' ';
  text = rest.substr(1);
  return true;
}

void PythonFormat::format(const spdlog::details::log_msg& line, spdlog::memory_buf_t& text) {
  const auto append = [&text](std::string_view part) { text.append(part.data(), part.data() + part.size()); };
  for (const Piece& piece : pieces_) {
    if (piece.field.empty()) {
      append(piece.text);
      continue;
    }
    append(padded(piece, line));
  }
  append("\n");
}

std::string PythonFormat::padded(const Piece& piece, const spdlog::details::log_msg& line) const {
  std::string value = this->value(piece.field, line);
  const std::string sign = piece.is_number && !value.empty() ? piece.sign : "";
  if (!piece.is_number) {
    value = first_characters(value, piece.precision);
  } else if (!value.empty() && piece.precision != std::string::npos) {
    value.insert(0, piece.precision - std::min(piece.precision, value.size()), '0');
  }
  const std::size_t used = sign.size() + character_count(value);
  const std::string padding(piece.width - std::min(piece.width, used), piece.fill);
  if (piece.left) return sign + value + padding;
  return piece.fill == '0' ? sign + padding + value : padding + sign + value;
}

std::string PythonFormat::value(const std::string& field, const spdlog::details::log_msg& line) const {
  const auto text = [](spdlog::string_view_t view) { return std::string(view.data(), view.size()); };
  if (field == "asctime") return time(line.time);
  if (field == "name") return text(line.logger_name);
  if (field == "levelname") return std::string(level_name(line.level));
  if (field == "message") return text(line.payload);
  if (field == "process") return std::to_string(spdlog::details::os::pid());
  if (field == "thread") return std::to_string(line.thread_id);
  return {};
}

std::string PythonFormat::time(spdlog::log_clock::time_point time) const {
  const std::tm local = spdlog::details::os::localtime(spdlog::log_clock::to_time_t(time));
  std::ostringstream text;
  text << std::put_time(&local, date_format_.empty() ? "%Y-%m-%d %H:%M:%S" : date_format_.c_str());
  if (!date_format_.empty()) return text.str();
  const auto milliseconds =
      std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count() % 1000;
  return text.str() + fmt::format(",{:03}", milliseconds);
}

}  // namespace connector
