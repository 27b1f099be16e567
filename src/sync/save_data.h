#pragma once

#include <cstddef>
#include <filesystem>
#include <mutex>
#include <string>

#include "connector/json.h"
#include "log/faults.h"

namespace connector {

/// A JSON text once more, indented by two spaces; as it is when it is nested too deep to be read. ascii: see to_text().
std::string indented(const std::string& text, bool ascii);

/// Keeps pulled records (0.json, 1.json …) and payloads (oom.payload000.json …) in a folder, for the administrator to
/// look at, without the secrets that the log hides. A file that cannot be written is warned about. Safe to use from
/// several threads.
class SaveData {
 public:
  SaveData(std::filesystem::path folder, Faults faults);

  void record(const Json& record);
  void payload(const std::string& body);

 private:
  void write(const std::string& name, const std::string& text);

  std::filesystem::path folder_;
  Faults faults_;
  std::mutex mutex_;
  std::size_t records_ = 0;
  std::size_t payloads_ = 0;
  bool has_folder_ = false;
};

}  // namespace connector
