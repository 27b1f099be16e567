#pragma once

#include <filesystem>
#include <list>
#include <stdexcept>
#include <string>
#include <string_view>

#include "platform/process_lock.h"

namespace connector {

/// Another process does the same at the moment: nothing ran, exit code 3.
class AlreadyRunning : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Throws ConfigError when there is no such folder: for what only reads what runs have left.
void require_state_folder(const std::filesystem::path& folder);

/// The folder for what must outlast a run, while one is under way.
class StateFolder {
 public:
  /// Makes the folder if it is missing. Throws ConfigError when payloads could not be kept in it.
  explicit StateFolder(std::filesystem::path folder);

  /// Locks what is run (a section's name) until the object ends. Throws AlreadyRunning, which says who runs it. advice:
  /// what it says of that, too.
  void lock(const std::string& name, std::string_view advice = "; --singleton 0 runs it beside that");

 private:
  const std::filesystem::path folder_;
  std::list<ProcessLock> locks_;
};

}  // namespace connector
