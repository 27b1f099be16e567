#include "app/state_folder.h"

#include <fmt/format.h>

#include <system_error>
#include <utility>

#include "connector/error.h"
#include "platform/files.h"
#include "platform/path.h"

namespace connector {

namespace {

/// Somebody else's folder is no place for payloads: that one could read and change them.
void require_own(const std::filesystem::path& path) {
  if (const auto owner = foreign_owner(path)) {
    throw ConfigError(fmt::format(
        "{} belongs to another user ({}), who could read and change what is kept there: change its owner, or name "
        "another folder with --state-dir",
        shown_path(path), *owner));
  }
}

}  // namespace

void require_state_folder(const std::filesystem::path& folder) {
  if (std::filesystem::is_directory(folder)) return;
  throw ConfigError("no such directory: " + shown_path(folder) +
                    ". Set --state-dir to the directory that the runs use");
}

StateFolder::StateFolder(std::filesystem::path folder) : folder_(std::move(folder)) {
  std::error_code problem;
  try {
    make_private_folder(folder_);
    problem = cannot_write_into(folder_);
  } catch (const std::system_error& error) {
    problem = error.code();
  }
  if (problem) {
    throw ConfigError(fmt::format("cannot keep payloads in {}: {}: name another folder with --state-dir",
                                  shown_path(folder_), problem.message()));
  }
  if (folder_ != ".")
    require_own(folder_);  // the working folder may be that of the administrator who runs this as root
  for (const char* name : {"undelivered", "portions", "state.db"}) require_own(folder_ / name);
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(folder_ / "undelivered", none))
    require_own(entry.path());
}

void StateFolder::lock(const std::string& name, std::string_view advice) {
  try {
    const ProcessLock& lock = locks_.emplace_back(folder_ / (safe_name(name) + ".lock"));
    if (!lock.other()) return;
    const std::string process = *lock.other() > 0 ? fmt::format("process {}", *lock.other()) : "another process";
    throw AlreadyRunning(fmt::format("{} is being run by {}{}", name, process, advice));
  } catch (const std::system_error& error) {
    throw ConfigError(std::string(error.what()) + ": name another folder with --state-dir");
  }
}

}  // namespace connector
