#pragma once

#include <spdlog/formatter.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace connector {

/// The name of a level as Python's logging module writes it: WARNING.
std::string_view level_name(spdlog::level::level_enum level);

/// Makes lines by a format of Python's logging module: %(asctime)s, %(name)s, %(levelname)s, %(message)s, %(process)d,
/// %(thread)d, %%, with flags, widths and precisions, which count characters, as in %(levelname)-8s. Other fields are
/// empty.
class PythonFormat final : public spdlog::formatter {
 public:
  /// date_format: for strftime; empty: 2026-03-01 08:30:00,123.
  PythonFormat(std::string_view format, std::string date_format);

  void format(const spdlog::details::log_msg& line, spdlog::memory_buf_t& text) override;
  std::unique_ptr<spdlog::formatter> clone() const override { return std::make_unique<PythonFormat>(*this); }

 private:
  /// A string as it stands, or a field.
  struct Piece {
    std::string text;
    std::string field = {};
    bool left = false;
    char fill = ' ';
    bool is_number = false;  ///< %d
    std::string sign = {};   ///< of numbers that are not negative
    std::size_t width = 0;
    std::size_t precision = std::string::npos;
  };

  /// The field behind the '%' at the text's beginning; its length is taken from the text. Nothing when it is not a
  /// field.
  static bool parse_field(std::string_view& text, Piece& piece);
  /// As wide as it must be.
  std::string padded(const Piece& piece, const spdlog::details::log_msg& line) const;
  std::string value(const std::string& field, const spdlog::details::log_msg& line) const;
  std::string time(spdlog::log_clock::time_point time) const;

  std::vector<Piece> pieces_;
  std::string date_format_;
};

}  // namespace connector
