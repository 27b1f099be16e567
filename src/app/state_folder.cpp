#include "app/state_folder.h"

#include <fmt/format.h>

#include <system_error>
#include <utility>

#include "connector/error.h"
#include "platform/files.h"
#include "platform/path.h"

namespace connector {

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
}

void StateFolder::lock(const std::string& name) {
  try {
    const ProcessLock& lock = locks_.emplace_back(folder_ / (safe_name(name) + ".lock"));
    if (!lock.other()) return;
    const std::string process = *lock.other() > 0 ? fmt::format("process {}", *lock.other()) : "another process";
    throw AlreadyRunning(fmt::format("{} is being run by {}; --singleton 0 runs it beside that", name, process));
  } catch (const std::system_error& error) {
    throw ConfigError(std::string(error.what()) + ": name another folder with --state-dir");
  }
}

}  // namespace connector
