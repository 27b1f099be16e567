#include "metrics/exposition.h"

#include <fmt/format.h>

#include <utility>

namespace connector {
namespace {

std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '\\' || c == '"') result += '\\';
    if (c == '\n') {
      result += "\\n";
    } else {
      result += c;
    }
  }
  return result;
}

}  // namespace

void Exposition::family(std::string_view name, std::string_view type, std::string_view help) {
  name_ = type == "counter" ? fmt::format("{}_total", name) : std::string(name);
  const std::string_view family = format_ == MetricsFormat::open_metrics ? name : std::string_view(name_);
  text_ += fmt::format("# HELP {} {}\n# TYPE {} {}\n", family, help, family, type);
}

void Exposition::sample(const Labels& labels, double value, std::string_view suffix) {
  text_ += name_;
  text_ += suffix;
  char separator = '{';
  for (const auto& [name, text] : labels) {
    text_ += fmt::format("{}{}=\"{}\"", separator, name, escaped(text));
    separator = ',';
  }
  if (separator == ',') text_ += '}';
  text_ += fmt::format(" {}\n", value);
}

std::string Exposition::finish() {
  if (format_ == MetricsFormat::open_metrics) text_ += "# EOF\n";
  return std::move(text_);
}

}  // namespace connector
