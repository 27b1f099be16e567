#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "connector/json.h"
#include "connector/log.h"
#include "oomnitza/payload.h"
#include "platform/process_lock.h"

namespace connector {

/// The payloads of one section that the cloud did not take: files in undelivered/SECTION below the state folder, each
/// written whole or not at all, readable by its owner alone. `connector resend` delivers them. Safe to use from several
/// threads.
class Undelivered {
 public:
  static constexpr std::uintmax_t default_room = std::uintmax_t{256} << 20;

  /// The folder of a section; it is made when the first payload is kept. room: bytes that its payloads may take.
  Undelivered(const std::filesystem::path& state_folder, std::string_view section, Log log,
              std::uintmax_t room = default_room);

  /// Keeps a payload. The same records in the same envelope, whatever its portion, take one file, which is as old as
  /// the last time. Failing to write, or more than the room there is, is logged as an error.
  void keep(const PayloadEnvelope& envelope, std::string_view records, const std::string& reason) const;

  /// The kept payloads' files, the oldest first. Throws std::system_error when the folder cannot be read.
  std::vector<std::filesystem::path> files() const;

  /// Remembers records that were delivered and that older kept payloads hold too. payload: of them, as in files.
  /// Failing to write is logged.
  void note_delivered(const Json& payload) const;

  /// files(), and those of note_delivered() in between.
  std::vector<std::filesystem::path> history() const;

  /// Whether a file of the history is of note_delivered().
  static bool is_delivered(const std::filesystem::path& file);

  /// Turns a kept payload that was delivered into one of note_delivered(). Throws std::system_error.
  static void mark_delivered(const std::filesystem::path& file);

  /// Removes those of note_delivered(), and the folder when it is empty then. Throws std::system_error.
  void remove_folder() const;

  /// The payload of such a file. Throws std::exception when it is damaged.
  static Json read(const std::filesystem::path& file);

  /// Lets one process remove payloads while nobody else adds or removes any, or several add some.
  std::unique_ptr<ProcessLock> lock(ProcessLock::Kind kind) const;

  /// Removes what a process that was killed left of its writing. For who has the exclusive lock.
  void remove_unfinished() const;

  const std::filesystem::path& folder() const { return folder_; }

 private:
  void write(const std::filesystem::path& file, const std::string& content) const;
  bool make_room(const std::filesystem::path& file, std::uintmax_t bytes) const;

  std::string section_;
  std::filesystem::path folder_;
  Log log_;
  std::uintmax_t room_;
  mutable std::mutex mutex_;
  mutable std::optional<std::uintmax_t> used_;                     ///< bytes, counted once and then added up
  mutable std::optional<std::filesystem::file_time_type> newest_;  ///< of the files' times, likewise
};

/// A section's name as that of a folder or file: different for different sections, also when a character of theirs
/// cannot stand in such a name.
std::string folder_name(std::string_view section);

/// For a run of a section, before its source is read: waits while `connector resend` is at work with its kept payloads
/// and keeps it away from them for as long as the lock lives; warns of those that earlier runs had to keep. Throws
/// std::system_error when they cannot be read, SourceError when stop comes while it waits.
std::unique_ptr<ProcessLock> lock_kept_payloads(const std::filesystem::path& state_folder, std::string_view section,
                                                const Log& log, const std::stop_token& stop);

/// The names of the folders below undelivered/ that hold payloads. Throws std::system_error when it cannot be read.
std::vector<std::string> sections_with_undelivered(const std::filesystem::path& state_folder);

/// How many payloads are kept, by the folders' names. Throws std::system_error likewise.
std::map<std::string, std::size_t> count_undelivered(const std::filesystem::path& state_folder);

}  // namespace connector
