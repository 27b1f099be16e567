#include "sync/begun_portion.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "connector/error.h"
#include "platform/files.h"
#include "platform/limits.h"
#include "sync/undelivered.h"

namespace connector {
namespace {

namespace fs = std::filesystem;

// A file for each: SECTION.PORTION.open, and beside it a lock while its run is under way.
constexpr std::string_view extension = ".open";

fs::path folder_in(const fs::path& state_folder) {
  return state_folder / "portions";
}

fs::path lock_of(fs::path file) {
  return file.replace_extension(".lock");
}

struct Begun {
  fs::path file;
  std::string section;
  std::string portion;
};

std::vector<Begun> begun_portions(const fs::path& state_folder) {
  std::vector<Begun> found;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(folder_in(state_folder), none)) {
    if (entry.path().extension() != extension) continue;
    const std::string name = entry.path().stem().native();
    const std::size_t dot = name.rfind('.');
    if (dot == std::string::npos) continue;
    found.push_back({.file = entry.path(), .section = name.substr(0, dot), .portion = name.substr(dot + 1)});
  }
  return found;
}

/// Whether it is done with: Oomnitza may not know it any longer.
bool finalize_left(const Begun& begun, const Log& log, const std::function<void(const std::string&)>& finalize) {
  try {
    finalize(begun.portion);
    log.warning("an earlier run has left its portion {} open; finalized now", begun.portion);
    return true;
  } catch (const HttpError& error) {
    const bool is_unknown = error.status() == 400 || error.status() == 404 || error.status() == 409;
    log.warning("an earlier run has left its portion {} open, and it {}: {}", begun.portion,
                is_unknown ? "cannot be finalized" : "could not be finalized yet", error.what());
    return is_unknown;
  } catch (const std::exception& error) {
    log.warning("an earlier run has left its portion {} open, and it could not be finalized yet: {}", begun.portion,
                error.what());
    return false;
  }
}

}  // namespace

BegunPortion::BegunPortion(const fs::path& state_folder, std::string_view section, const std::string& portion, Log log)
    : file_(folder_in(state_folder) / (folder_name(section) + "." + portion + std::string(extension))),
      log_(std::move(log)) {}

void BegunPortion::begin() {
  const std::lock_guard lock(mutex_);
  if (std::exchange(has_begun_, true)) return;
  try {
    make_private_folder(file_.parent_path());
    lock_ = std::make_unique<ProcessLock>(lock_of(file_));
    write_private_file(file_, {});
  } catch (const std::system_error& error) {
    log_.warning("the portion could not be remembered, so that a later run could finalize it: {}", reason(error));
  }
}

void BegunPortion::forget() {
  const std::lock_guard lock(mutex_);
  std::error_code gone;
  fs::remove(file_, gone);
  lock_.reset();
}

bool finalize_left_portions(const fs::path& state_folder, std::string_view section, const Log& log,
                            const std::function<void(const std::string&)>& finalize) {
  bool is_done = true;
  for (const Begun& begun : begun_portions(state_folder)) {
    if (begun.section != folder_name(section)) continue;
    const ProcessLock lock(lock_of(begun.file));
    std::error_code gone;
    if (lock.other() || !fs::exists(begun.file, gone)) continue;  // its run is under way, or has ended meanwhile
    if (finalize_left(begun, log, finalize)) {
      fs::remove(begun.file, gone);
    } else {
      is_done = false;
    }
  }
  return is_done;
}

std::vector<std::string> sections_with_begun_portions(const fs::path& state_folder) {
  std::vector<std::string> sections;
  for (Begun& begun : begun_portions(state_folder)) sections.push_back(std::move(begun.section));
  std::sort(sections.begin(), sections.end());
  sections.erase(std::unique(sections.begin(), sections.end()), sections.end());
  return sections;
}

}  // namespace connector
