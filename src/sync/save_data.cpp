#include "sync/save_data.h"

#include <utility>

#include "platform/files.h"

namespace connector {

std::string indented(const std::string& text, bool ascii) {
  try {
    return to_text(parse_json(text), 2, ascii);
  } catch (const JsonError&) {  // a record as deep as can be read, inside a payload
    return text;
  }
}

SaveData::SaveData(std::filesystem::path folder, Faults faults)
    : folder_(std::move(folder)), faults_(std::move(faults)) {
  try {
    make_private_folder_here(folder_);
    has_folder_ = true;
  } catch (const std::exception& error) {
    faults_.log().warning("--save-data: {}", error.what());
  }
}

void SaveData::record(const Json& record) {
  const std::lock_guard lock(mutex_);
  write(fmt::format("{}.json", records_++), to_text(record, 2, true));
}

void SaveData::payload(const std::string& body) {
  const std::lock_guard lock(mutex_);
  write(fmt::format("oom.payload{:03}.json", payloads_++), indented(body, true));
}

void SaveData::write(const std::string& name, const std::string& text) {
  if (!has_folder_) return;
  try {
    write_private_file(folder_ / name, faults_.log().redact(text));
  } catch (const std::exception& error) {
    faults_.note(Level::warning, "--save-data: not saved", name, error.what());
  }
}

}  // namespace connector
