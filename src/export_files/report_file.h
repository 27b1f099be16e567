#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "connector/json.h"
#include "platform/partial_file.h"

namespace connector::integration {

/// What is wrong with a report's file name; empty when it may be used. A good name stays in its folder, with the
/// creation date in front or without, on every system that may read it.
std::string problem_of_report_name(const Json& name);

/// The name with the creation date (epoch seconds, in UTC) in front: 20231114221320_assets.csv.
std::string dated_report_name(std::string_view name, std::int64_t creation_date);

/// The dates that have such a name: the years 1970 to 9999.
bool is_report_date(std::int64_t creation_date);

/// A report while it is received: a file .NAME.part in its folder, see PartialFile. All functions throw
/// std::system_error.
class ReportFile {
 public:
  /// Begins an empty file. What a killed run has left is removed; a file that another sync is writing is an error.
  /// name: a good one.
  ReportFile(const std::filesystem::path& folder, const std::string& name);

  void write(std::string_view piece) { file_.write(piece); }
  /// Forgets what was written.
  void restart() { file_.restart(); }
  /// Gives the file its name, over an older one. When this returns, the disk has it.
  void complete() { file_.complete(); }

 private:
  PartialFile file_;
};

}  // namespace connector::integration
