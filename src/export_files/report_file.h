#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "connector/json.h"
#include "platform/descriptor.h"

namespace connector::integration {

/// What is wrong with a report's file name; empty when it may be used. A good name stays in its folder, with the
/// creation date in front or without, on every system that may read it.
std::string problem_of_report_name(const Json& name);

/// The name with the creation date (epoch seconds, in UTC) in front: 20231114221320_assets.csv.
std::string dated_report_name(std::string_view name, std::int64_t creation_date);

/// The dates that have such a name: the years 1970 to 9999.
bool is_report_date(std::int64_t creation_date);

/// A report while it is received: a file .NAME.part in its folder, which gets its name when it is complete. Nothing is
/// written through a symbolic link. All functions throw std::system_error.
class ReportFile {
 public:
  /// Begins an empty file. What a killed run has left is removed; a file that another sync is writing is an error.
  /// name: a good one.
  ReportFile(const std::filesystem::path& folder, const std::string& name);
  /// Removes the file, unless it was completed.
  ~ReportFile();
  ReportFile(const ReportFile&) = delete;
  ReportFile& operator=(const ReportFile&) = delete;

  void write(std::string_view piece);
  /// Forgets what was written.
  void restart();
  /// Gives the file its name, over an older one. When this returns, the disk has it.
  void complete();

 private:
  std::filesystem::path path_;  ///< for messages
  std::string name_;
  std::string temporary_;
  Descriptor folder_;
  Descriptor file_;
  bool completed_ = false;
};

}  // namespace connector::integration
