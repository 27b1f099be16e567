#include "sync/undelivered.h"

#include <algorithm>
#include <memory>

#include "platform/files.h"
#include "platform/path.h"
#include "text/hash.h"

namespace connector {
namespace {

namespace fs = std::filesystem;

std::string file_name(std::string_view records) {
  return sha256(records).substr(0, 32) + ".json";
}

std::uintmax_t size_of(const std::vector<fs::path>& files) {
  std::uintmax_t size = 0;
  for (const fs::path& file : files) {
    std::error_code ignored;
    const std::uintmax_t bytes = fs::file_size(file, ignored);
    if (!ignored) size += bytes;
  }
  return size;
}

}  // namespace

Undelivered::Undelivered(const fs::path& state_folder, std::string_view section, Log log, std::uintmax_t room)
    : folder_(state_folder / "undelivered" / safe_name(section)), log_(std::move(log)), room_(room) {}

void Undelivered::keep(std::string_view records, std::string_view body, const std::string& reason) const {
  try {
    make_private_folder(folder_);
    if (!has_room_for(body.size())) {
      log_.error(
          "payload lost: {} holds {} MiB already. Deliver them with \"connector resend\", remove them, or raise "
          "undelivered_mib in [oomnitza]",
          shown_path(folder_), room_ >> 20);
      return;
    }
    std::string content = to_text(Json{{"reason", reason}});
    content.back() = ',';
    content += "\"payload\":";
    content += body;
    content += '}';
    write_file_atomically(folder_ / file_name(records), content);
  } catch (const std::exception& error) {
    log_.error("payload lost, since it could not be kept: {}", error.what());
  }
}

bool Undelivered::has_room_for(std::uintmax_t bytes) const {
  const std::lock_guard lock(mutex_);
  if (!used_) used_ = size_of(files());
  if (*used_ + bytes > room_) return false;
  *used_ += bytes;
  return true;
}

std::vector<fs::path> Undelivered::files() const {
  std::vector<fs::path> files;
  std::error_code missing;
  for (const auto& entry : fs::directory_iterator(folder_, missing)) {
    if (entry.is_regular_file() && entry.path().extension() == ".json") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

Json Undelivered::read(const fs::path& file) {
  Json kept = parse_json(read_file(file));
  Json& payload = kept["payload"];
  if (!payload.is_object() || !payload["records"].is_array()) throw JsonError("it holds no payload");
  return std::move(payload);
}

void warn_of_kept_payloads(const fs::path& state_folder, std::string_view section, const Log& log) {
  const Undelivered undelivered(state_folder, section, log);
  if (const std::size_t kept = undelivered.files().size(); kept > 0) {
    log.warning("{} payloads of earlier runs are waiting in {}: \"connector resend {}\" delivers them", kept,
                shown_path(undelivered.folder()), section);
  }
}

std::vector<std::string> sections_with_undelivered(const fs::path& state_folder) {
  std::vector<std::string> names;
  std::error_code missing;
  for (const auto& entry : fs::directory_iterator(state_folder / "undelivered", missing)) {
    if (entry.is_directory()) names.push_back(entry.path().filename());
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace connector
