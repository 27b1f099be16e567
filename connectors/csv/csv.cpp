// Rows of CSV files, one file or all of a folder, as assets or users.
#include <fmt/format.h>

#include <filesystem>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "connector/connector.h"
#include "csv/table.h"
#include "files.h"
#include "platform/files.h"
#include "platform/path.h"

namespace connector {

namespace {

namespace fs = std::filesystem;

class Csv : public Connector {
 public:
  std::string filename;
  std::string directory;

  void check(const AddProblem& add_problem) override {
    if (filename.empty() && directory.empty()) add_problem("filename", "is empty: set either filename or directory");
    if (!filename.empty() && !directory.empty())
      add_problem("filename", "and directory are both set: set only one of them");
  }

  void read(const Emit& emit) override {
    std::vector<fs::path> files = directory.empty() ? std::vector<fs::path>{filename} : files_in(directory, ".csv");
    if (files.empty()) log.info("There is no *.csv file in the folder {}.", directory);
    std::size_t failed = 0;
    for (const fs::path& file : files) {
      const std::string problem = read_file(file, emit);
      if (problem.empty()) continue;
      ++failed;
      log.error("Cannot read {}: {}", shown_path(file), problem);
    }
    if (failed > 0) throw SourceError(fmt::format("{} of {} CSV files could not be read", failed, files.size()));
  }

 private:
  /// What was wrong with the file, empty for nothing. The rows before that were emitted.
  static std::string read_file(const fs::path& path, const Emit& emit) {
    std::error_code problem;
    if (!fs::is_regular_file(path, problem)) return problem ? problem.message() : "it is not a regular file";
    FileReader file(path);
    CsvTable table([&emit](Json row) { emit(std::move(row)); });
    for (std::string_view piece = file.next(); !piece.empty(); piece = file.next()) {
      table.read(piece);
      if (!table.problem().empty()) return table.problem();
    }
    if (file.error()) return file.error().message();
    table.finish();
    return table.problem();
  }
};

class CsvUsers final : public Csv {
 public:
  std::string default_role;
  std::string default_position;
};

Setting filename(const std::string& example) {
  return setting("filename", &Csv::filename,
                 {.help = "A CSV file; either this or directory is needed.", .default_value = "", .example = example});
}

Setting directory() {
  return setting("directory", &Csv::directory,
                 {.help = "A folder of which all *.csv files are read; either this or filename is needed.",
                  .default_value = "",
                  .example = "/some/path/to/files/"});
}

Setting sync_field(const std::string& example) {
  return setting(
      "sync_field", &SectionSettings::sync_field,
      {.help = "The Oomnitza fields, separated by commas, by which records are found again.", .example = example});
}

}  // namespace

Plugin csv_assets() {
  return {.section = "csv_assets",
          .mapping_name = "CSV_assets",
          .settings = {filename("/some/path/to/file/assets.csv"), directory(),
                       sync_field("24DCF85294E411E38A52066B556BA4EE")},
          .make = make<Csv>};
}

Plugin csv_users() {
  return {
      .section = "csv_users",
      .mapping_name = "CSV_users",
      .data_type = DataType::users,
      .settings = {filename("/some/path/to/file/users.csv"), directory(),
                   setting("default_role", &CsvUsers::default_role,
                           {.help = "The role (PERMISSIONS_ID) of users whose role is not mapped.", .example = "25"}),
                   setting("default_position", &CsvUsers::default_position,
                           {.help = "The position (POSITION) of users whose position is not mapped.",
                            .example = "Employee"}),
                   sync_field("USER")},
      .make = make<CsvUsers>};
}

}  // namespace connector
