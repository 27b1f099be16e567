#include "run/save_data.h"

#include <utility>

#include "state/files.h"

namespace connector {

SaveData::SaveData(std::filesystem::path folder, Log log) : folder_(std::move(folder)), log_(std::move(log)) {
  try {
    make_private_folder(folder_);
  } catch (const std::exception& error) {
    log_.warning("--save-data: {}", error.what());
  }
}

void SaveData::record(const Json& record) {
  const std::lock_guard lock(mutex_);
  write(fmt::format("{}.json", records_++), record);
}

void SaveData::payload(const std::string& body) {
  const std::lock_guard lock(mutex_);
  write(fmt::format("oom.payload{:03}.json", payloads_++), parse_json(body));
}

void SaveData::write(const std::string& name, const Json& value) {
  try {
    write_private_file(folder_ / name, to_text(value, 2, true));
  } catch (const std::exception& error) {
    log_.warning("--save-data: {}", error.what());
  }
}

}  // namespace connector
