#include "export_files/report_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace connector::integration {
namespace {

constexpr std::size_t longest_name = 255;  // bytes, what file systems take
constexpr std::size_t date_length = std::string_view("20231114221320_").size();
constexpr std::int64_t last_date = 253402300799;  // the end of the year 9999

bool is_control(char c) {
  return (c >= 0 && c < ' ') || c == '\x7f';
}

}  // namespace

std::string problem_of_report_name(const Json& name) {
  if (!name.is_string()) return "it is not a string";
  const auto& text = name.get_ref<const std::string&>();
  if (text.empty()) return "it is empty";
  if (text == "." || text == "..") return "it is the name of a folder";
  if (text.find_first_of("/\\") != std::string::npos) return "it contains a slash or a backslash";
  if (std::any_of(text.begin(), text.end(), is_control)) return "it contains a control character";
  if (date_length + text.size() > longest_name) return "it is longer than 255 bytes with its date";
  return "";
}

std::string dated_report_name(std::string_view name, std::int64_t creation_date) {
  const std::chrono::sys_seconds time{std::chrono::seconds(creation_date)};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  return fmt::format("{:04}{:02}{:02}{:02}{:02}{:02}_{}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count(), name);
}

bool is_report_date(std::int64_t creation_date) {
  return creation_date >= 0 && creation_date <= last_date;
}

ReportFile::ReportFile(const std::filesystem::path& folder, const std::string& name)
    : file_(folder, name, ("." + name + ".part").substr(0, longest_name)) {}

}  // namespace connector::integration
