#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connector/json.h"
#include "connector/log.h"

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

  /// Keeps a payload's body. The same records kept twice take one file. Failing to write, or more than the room there
  /// is, is logged as an error.
  void keep(std::string_view records, std::string_view body, const std::string& reason) const;

  /// The kept payloads' files.
  std::vector<std::filesystem::path> files() const;

  /// The payload of such a file. Throws std::exception when it is damaged.
  static Json read(const std::filesystem::path& file);

  const std::filesystem::path& folder() const { return folder_; }

 private:
  bool has_room_for(std::uintmax_t bytes) const;

  std::filesystem::path folder_;
  Log log_;
  std::uintmax_t room_;
  mutable std::mutex mutex_;
  mutable std::optional<std::uintmax_t> used_;  ///< bytes, counted once and then added up
};

/// Warns of the payloads that earlier runs of a section had to keep.
void warn_of_kept_payloads(const std::filesystem::path& state_folder, std::string_view section, const Log& log);

/// The names of the folders below undelivered/ that hold payloads.
std::vector<std::string> sections_with_undelivered(const std::filesystem::path& state_folder);

}  // namespace connector
