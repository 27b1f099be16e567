#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "connector/log.h"
#include "platform/process_lock.h"

namespace connector {

/// A portion that Oomnitza has something of: remembered in the state folder from its first payload until it was
/// finalized, so that a later run finalizes it when this one cannot. Safe to use from several threads.
class BegunPortion {
 public:
  /// section: its name, as that of kept payloads.
  BegunPortion(const std::filesystem::path& state_folder, std::string_view section, const std::string& portion,
               Log log);

  /// To be called before each payload. That it cannot be remembered is logged, once.
  void begin();

  /// It was finalized.
  void forget();

 private:
  const std::filesystem::path file_;
  const Log log_;
  std::mutex mutex_;
  bool has_begun_ = false;
  std::unique_ptr<ProcessLock> lock_;  ///< tells other processes that the run is under way
};

/// Finalizes the portions that earlier runs of a section left open: those that were killed, and those whose finalizing
/// failed. Each is told in the log, also when it must wait for the next time. finalize: throws HttpError when Oomnitza
/// refuses. Whether none is left.
bool finalize_left_portions(const std::filesystem::path& state_folder, std::string_view section, const Log& log,
                            const std::function<void(const std::string& portion)>& finalize);

/// The names of sections (as their folders of kept payloads are named) with portions that may be left open, sorted.
std::vector<std::string> sections_with_begun_portions(const std::filesystem::path& state_folder);

}  // namespace connector
