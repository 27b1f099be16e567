#include "sync/undelivered.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <system_error>
#include <utility>

#include "connector/error.h"
#include "platform/files.h"
#include "platform/path.h"
#include "platform/wait.h"
#include "text/hash.h"

namespace connector {
namespace {

namespace fs = std::filesystem;

constexpr const char* payload_extension = ".json";
constexpr const char* delivered_extension = ".delivered";

std::string file_name(std::string_view section, PayloadEnvelope envelope, std::string_view records) {
  envelope.portion.clear();
  return sha256(fmt::format("{}\n{}", section, envelope.body(records))).substr(0, 32) + payload_extension;
}

std::uintmax_t size_of(const fs::path& file) {
  std::error_code missing;
  const std::uintmax_t bytes = fs::file_size(file, missing);
  return missing ? 0 : bytes;
}

/// None when there is no such folder.
fs::directory_iterator entries_of(const fs::path& folder) {
  std::error_code error;
  fs::directory_iterator entries(folder, error);
  if (error && error != std::errc::no_such_file_or_directory) {
    throw std::system_error(error, "cannot read the folder " + shown_path(folder));
  }
  return entries;
}

}  // namespace

std::string folder_name(std::string_view section) {
  std::string name = safe_name(section);
  if (name != section) name += "-" + sha256(section).substr(0, 8);
  return name;
}

Undelivered::Undelivered(const fs::path& state_folder, std::string_view section, Log log, std::uintmax_t room)
    : section_(section),
      folder_(state_folder / "undelivered" / folder_name(section)),
      log_(std::move(log)),
      room_(room) {}

void Undelivered::keep(const PayloadEnvelope& envelope, std::string_view records, const std::string& reason) const {
  try {
    std::string content = to_text(Json{{"reason", reason}});
    content.back() = ',';
    content += "\"payload\":";
    content += envelope.body(records);
    content += '}';
    const fs::path file = folder_ / file_name(section_, envelope, records);
    make_private_folder(folder_);
    if (!make_room(file, content.size())) {
      log_.error(
          "payload lost: {} holds {} MiB already. Deliver them with \"connector resend\", remove them, or raise "
          "undelivered_mib in [oomnitza]",
          shown_path(folder_), room_ >> 20);
      return;
    }
    write(file, content);
  } catch (const std::exception& error) {
    log_.error("payload lost, since it could not be kept: {}", error.what());
  }
}

/// bytes: what the file, which there may be already, will have.
bool Undelivered::make_room(const fs::path& file, std::uintmax_t bytes) const {
  const std::lock_guard lock(mutex_);
  if (!used_) {
    used_ = 0;
    for (const fs::path& kept : files()) *used_ += size_of(kept);
  }
  const std::uintmax_t others = *used_ - std::min(*used_, size_of(file));
  if (others + bytes > room_) return false;
  used_ = others + bytes;
  return true;
}

/// Writes a file that is newer than all others, even where the clock has been set back since they were written.
void Undelivered::write(const fs::path& file, const std::string& content) const {
  {
    const std::lock_guard lock(mutex_);
    if (!newest_) {
      newest_ = fs::file_time_type::min();
      for (const fs::path& kept : history()) newest_ = std::max(*newest_, fs::last_write_time(kept));
    }
  }
  write_file_atomically(file, content);
  const std::lock_guard lock(mutex_);
  const fs::file_time_type written = fs::last_write_time(file);
  newest_ = std::max(written, *newest_ + std::chrono::microseconds(1));
  if (*newest_ > written) fs::last_write_time(file, *newest_);
}

void Undelivered::note_delivered(const Json& payload) const {
  try {
    write(folder_ / (random_uuid() + delivered_extension), to_text(Json{{"payload", payload}}));
  } catch (const std::exception& error) {
    log_.error("\"connector resend\" may overwrite what this run delivered with older values: {}", error.what());
  }
}

bool Undelivered::is_delivered(const fs::path& file) {
  return file.extension() == delivered_extension;
}

void Undelivered::mark_delivered(const fs::path& file) {
  fs::rename(file, fs::path(file).replace_extension(delivered_extension));
}

void Undelivered::remove_folder() const {
  for (const fs::path& file : history()) {
    if (is_delivered(file)) fs::remove(file);
  }
  std::error_code not_empty;
  fs::remove(folder_, not_empty);
}

std::vector<fs::path> Undelivered::files() const {
  std::vector<fs::path> files = history();
  std::erase_if(files, is_delivered);
  return files;
}

std::vector<fs::path> Undelivered::history() const {
  std::vector<std::pair<std::chrono::system_clock::time_point, fs::path>> found;
  for (const auto& entry : entries_of(folder_)) {
    const fs::path& file = entry.path();
    const bool is_named_so = file.extension() == payload_extension || is_delivered(file);
    if (!is_named_so || !entry.is_regular_file()) continue;
    if (const auto stamp = file_stamp(file)) found.emplace_back(stamp->modified, file);
  }
  std::sort(found.begin(), found.end());
  std::vector<fs::path> files;
  files.reserve(found.size());
  for (auto& [modified, file] : found) files.push_back(std::move(file));
  return files;
}

Json Undelivered::read(const fs::path& file) {
  Json kept = parse_json(read_file(file));
  Json& payload = kept["payload"];
  if (!payload.is_object() || !payload["records"].is_array()) throw JsonError("it holds no payload");
  return std::move(payload);
}

std::unique_ptr<ProcessLock> Undelivered::lock(ProcessLock::Kind kind) const {
  const fs::path state_folder = folder_.parent_path().parent_path();
  return std::make_unique<ProcessLock>(state_folder / ("undelivered." + folder_.filename().native() + ".lock"), kind);
}

void Undelivered::remove_unfinished() const {
  std::vector<fs::path> unfinished;
  for (const auto& entry : entries_of(folder_)) {
    if (is_unfinished(entry.path())) unfinished.push_back(entry.path());
  }
  for (const fs::path& file : unfinished) fs::remove(file);
}

std::unique_ptr<ProcessLock> lock_kept_payloads(const fs::path& state_folder, std::string_view section, const Log& log,
                                                const std::stop_token& stop) {
  const Undelivered undelivered(state_folder, section, log);
  {
    const auto alone = undelivered.lock(ProcessLock::Kind::exclusive);
    if (!alone->other()) undelivered.remove_unfinished();
  }
  auto lock = undelivered.lock(ProcessLock::Kind::shared);
  if (lock->other()) log.info("waiting for process {}, which is using the kept payloads", *lock->other());
  while (lock->other()) {
    if (!wait_for(std::chrono::milliseconds(200), stop)) throw SourceError("shutting down");
    lock = undelivered.lock(ProcessLock::Kind::shared);
  }
  if (const std::size_t kept = undelivered.files().size(); kept > 0) {
    log.warning("{} payloads of earlier runs are waiting in {}: \"connector resend {}\" delivers them", kept,
                shown_path(undelivered.folder()), section);
  }
  return lock;
}

std::vector<std::string> sections_with_undelivered(const fs::path& state_folder) {
  std::vector<std::string> names;
  for (const auto& entry : entries_of(state_folder / "undelivered")) {
    if (entry.is_directory()) names.push_back(entry.path().filename());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::map<std::string, std::size_t> count_undelivered(const fs::path& state_folder) {
  std::map<std::string, std::size_t> counts;
  for (const std::string& section : sections_with_undelivered(state_folder)) {
    std::size_t& count = counts[section];
    for (const auto& entry : entries_of(state_folder / "undelivered" / section)) {
      if (entry.path().extension() == payload_extension) ++count;
    }
  }
  return counts;
}

}  // namespace connector
