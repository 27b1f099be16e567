#pragma once

#include <spawn.h>

#include <filesystem>
#include <string>
#include <vector>

#include "platform/descriptor_posix.h"

namespace connector {

/// How a process is started: without a shell, with no open file but what is passed to it, the null device for standard
/// input, output and error, no blocked signal, and a process group of its own, since the terminal's signals are the
/// program's.
class SpawnSettings {
 public:
  SpawnSettings();
  ~SpawnSettings();
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;

  /// The process has the descriptor as this number; in ascending order.
  void pass(const Descriptor& descriptor, int number);
  /// Writing to a closed pipe ends the process, as it does by default.
  void end_by_broken_pipes();

  /// program: a path, or a name that is looked up in PATH. arguments: with the name in front. Throws std::system_error
  /// with `what`. To be called once.
  pid_t spawn(const std::filesystem::path& program, std::vector<std::string> arguments,
              std::vector<std::string> environment, const std::string& what);

 private:
  posix_spawn_file_actions_t files_{};
  posix_spawnattr_t attributes_{};
  int highest_ = 2;
  short flags_ = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP;
};

}  // namespace connector
