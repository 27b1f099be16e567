// Objects of JSON files, all files of a folder, as assets or users.
#include <fmt/format.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "connector/connector.h"
#include "files.h"
#include "platform/path.h"
#include "text/decode.h"

namespace connector::json {

namespace {

namespace fs = std::filesystem;

class JsonFiles : public Connector {
 public:
  std::string directory;

  void read(const Emit& emit) override {
    const std::vector<fs::path> files = files_in(directory, ".json");
    if (files.empty()) log.warning("there is no *.json file in the folder {}", shown_path(directory));
    std::size_t failed_files = 0;
    for (const fs::path& file : files) {
      if (!read_file(file, emit)) ++failed_files;
    }
    if (failed_files > 0)
      throw SourceError(fmt::format("{} of {} JSON files could not be read", failed_files, files.size()));
  }

 private:
  /// Hands over the file's object, or its list's; false when there is none, which is logged.
  bool read_file(const fs::path& file, const Emit& emit) const {
    try {
      std::size_t position = 0;
      const std::string bytes = bytes_of(file);
      const DecodedText decoded(bytes, "");
      if (decoded.has_replaced()) throw JsonError("it is not UTF-8, UTF-16 or UTF-32");
      Json document = parse_json_items(decoded.text(), "", [&](Json item) {
        if (item.is_object()) {
          emit(std::move(item));
        } else {
          emit.failed(fmt::format("item {} (counted from 0) of {}", position, shown_path(file)), "it is not an object");
        }
        ++position;
      });
      if (document.is_structured()) {
        if (document.is_object()) emit(std::move(document));
        return true;
      }
      log.error("Cannot read {}: it holds neither an object nor a list of objects.", shown_path(file));
    } catch (const JsonError& error) {
      log.error("Cannot read {}: {}", shown_path(file), error.what());
    } catch (const fs::filesystem_error& error) {
      log.error("Cannot read {}: {}", shown_path(file), error.code().message());
    }
    return false;
  }

  static std::string bytes_of(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    std::string bytes(stream ? fs::file_size(file) : 0, '\0');
    if (!stream.read(bytes.data(), static_cast<std::streamsize>(bytes.size())))
      throw fs::filesystem_error("read", file, std::error_code(errno, std::generic_category()));
    return bytes;
  }
};

class JsonUsers final : public JsonFiles {
 public:
  std::string default_role;
  std::string default_position;
};

Setting directory() {
  return setting("directory", &JsonFiles::directory, {.help = "The folder of which all *.json files are read."});
}

Setting sync_field() {
  return setting("sync_field", &SectionSettings::sync_field,
                 {.help = "The Oomnitza fields, separated by commas, by which records are found again."});
}

}  // namespace

Plugin assets() {
  return {.section = "json_assets",
          .mapping_name = "JSON-assets",
          .settings = {directory(), sync_field()},
          .make = make<JsonFiles>};
}

Plugin users() {
  return {.section = "json_users",
          .mapping_name = "JSON-users",
          .data_type = DataType::users,
          .settings = {directory(), sync_field(),
                       setting("default_role", &JsonUsers::default_role,
                               {.help = "The role (PERMISSIONS_ID) of users whose role is not mapped.",
                                .default_value = 25}),
                       setting("default_position", &JsonUsers::default_position,
                               {.help = "The position (POSITION) of users whose position is not mapped.",
                                .default_value = "Employee"})},
          .make = make<JsonUsers>};
}

}  // namespace connector::json
