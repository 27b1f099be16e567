// Rows of CSV files, one file or all of a folder, as assets or users.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "connector/connector.h"
#include "csv/columns.h"
#include "csv/table.h"
#include "csv/text.h"
#include "files.h"
#include "platform/files.h"
#include "platform/path.h"
#include "text/text.h"
#include "text/transcoder.h"

namespace connector::csv {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t bytes_to_guess_by = std::size_t{256} << 10;

/// The character that a setting names; '\0' for auto. Nothing when it names none.
std::optional<char> delimiter_of(const std::string& text) {
  if (equal_ignoring_case(text, "auto")) return '\0';
  if (equal_ignoring_case(text, "tab") || text == "\\t") return '\t';
  const bool is_one = text.size() == 1 && static_cast<unsigned char>(text[0]) < 0x80 && text[0] != '"';
  return is_one ? std::optional(text[0]) : std::nullopt;
}

class Csv : public Connector {
 public:
  std::string filename;
  std::string directory;
  std::string delimiter;
  std::string encoding;

  void check(const AddProblem& add_problem) override {
    if (filename.empty() && directory.empty()) add_problem("filename", "is empty: set either filename or directory");
    if (!filename.empty() && !directory.empty())
      add_problem("filename", "and directory are both set: set only one of them");
    if (const std::optional<char> character = delimiter_of(delimiter)) {
      format_.delimiter = *character;
    } else {
      add_problem("delimiter", "must be one ASCII character, tab, or auto");
    }
    format_.encoding = ascii_lower_case(encoding);
    if (format_.encoding == "utf8") format_.encoding = "utf-8";
    if (format_.encoding != "auto" && !is_charset(format_.encoding))
      add_problem("encoding", "must be auto or the name of an encoding, for example utf-8, utf-16le or windows-1252");
  }

  void read(const Emit& emit) override {
    std::vector<fs::path> files = directory.empty() ? std::vector<fs::path>{filename} : files_in(directory, ".csv");
    if (files.empty()) log.info("No *.csv files in {}", shown_path(directory));
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
  std::string read_file(const fs::path& path, const Emit& emit) const {
    std::error_code problem;
    if (!fs::is_regular_file(path, problem)) return problem ? problem.message() : "it is not a regular file";
    FileReader file(path, format_.encoding == "auto" ? bytes_to_guess_by : FileReader::usual_piece);
    CsvText text([&file] { return file.next(); }, format_);
    const auto check_columns = [&](const std::vector<std::string>& columns) {
      return problem_with(columns, text, shown_path(path));
    };
    const auto tell = [&](std::size_t row) {
      emit.failed(
          fmt::format("row {} of {}", row, shown_path(path)),
          fmt::format("it takes more than max_record_size = {} MiB: perhaps a quote is not closed", max_record_size));
    };
    CsvTable table(text.delimiter(), check_columns, [&emit](Rows rows) { emit.rows(std::move(rows)); },
                   {.most = static_cast<std::size_t>(max_record_size) << 20, .tell = tell});
    for (std::string_view piece = text.next(); !piece.empty() && table.problem().empty(); piece = text.next())
      table.read(piece);
    if (!file.error() && table.problem().empty()) table.finish();
    table.flush();
    return file.error() ? file.error().message() : table.problem();
  }

  /// Why none of the file's rows can be sent, empty when they can. Columns that a part of them lacks are warned about.
  std::string problem_with(const std::vector<std::string>& columns, const CsvText& text,
                           const std::string& path) const {
    const std::vector<std::string> missing = missing_columns(expected_sources, columns);
    if (missing.empty()) return {};
    const std::string lacks = describe_missing(missing, columns);
    const auto is_missing = [&](const std::string& name) {
      return std::find(missing.begin(), missing.end(), name) != missing.end();
    };
    const bool has_none = !sync_sources.empty() && std::all_of(sync_sources.begin(), sync_sources.end(), is_missing);
    if (has_none) return lacks + " " + describe_look(columns, text);
    log.warning("{}: {} Fields mapped from a missing column are emptied in Oomnitza.", path, lacks);
    return {};
  }

  CsvFormat format_;
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
  return setting(
      "directory", &Csv::directory,
      {.help = "A folder of which all *.csv files are read; either this or filename is needed.", .default_value = ""});
}

Setting delimiter() {
  return setting(
      "delimiter", &Csv::delimiter,
      {.help = "What separates columns: one character, tab, or auto (the one of , ; tab | that occurs most in "
               "the first row).",
       .default_value = ",",
       .in_sample = false});
}

Setting encoding() {
  return setting(
      "encoding", &Csv::encoding,
      {.help = "The files' encoding, for example utf-8, utf-16le or windows-1252, or auto to guess it; a byte "
               "order mark counts more.",
       .default_value = "utf-8",
       .in_sample = false});
}

Setting sync_field(const std::string& example) {
  return setting(
      "sync_field", &SectionSettings::sync_field,
      {.help = "The Oomnitza fields, separated by commas, by which records are found again.", .example = example});
}

}  // namespace

Plugin assets() {
  return {.section = "csv_assets",
          .mapping_name = "CSV_assets",
          .settings = {filename("/some/path/to/file/assets.csv"), directory(), delimiter(), encoding(),
                       sync_field("24DCF85294E411E38A52066B556BA4EE")},
          .make = make<Csv>};
}

Plugin users() {
  return {
      .section = "csv_users",
      .mapping_name = "CSV_users",
      .data_type = DataType::users,
      .settings = {filename("/some/path/to/file/users.csv"), directory(), delimiter(), encoding(),
                   setting("default_role", &CsvUsers::default_role,
                           {.help = "The role (PERMISSIONS_ID) of users whose role is not mapped.", .example = "25"}),
                   setting("default_position", &CsvUsers::default_position,
                           {.help = "The position (POSITION) of users whose position is not mapped.",
                            .example = "Employee"}),
                   sync_field("USER")},
      .make = make<CsvUsers>};
}

}  // namespace connector::csv
