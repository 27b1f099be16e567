#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "platform/files.h"
#include "platform/path.h"
#include "secrets/stores.h"

namespace connector {
namespace {

namespace fs = std::filesystem;

/// Where a key may lie: in a folder of its name's, as Kubernetes mounts a secret, or beside others, as Docker does.
std::vector<fs::path> files_of(const SecretQuery& query, const std::string& key) {
  const fs::path folder = query.settings.vault_folder;
  return {folder / query.name / key, folder / (query.name + "." + key)};
}

bool leads_upward(const fs::path& path) {
  return path.is_absolute() || std::find(path.begin(), path.end(), fs::path("..")) != path.end();
}

}  // namespace

SecretValues fetch_from_files(const SecretQuery& query, const SecretTools&) {
  const fs::path folder = query.settings.vault_folder;
  std::error_code unknown;
  if (!fs::is_directory(folder, unknown)) {
    throw SecretError("no such directory: " + shown_path(folder) + ". Check vault_folder");
  }
  SecretValues values;
  for (const std::string& key : query.keys) {
    if (leads_upward(query.name) || leads_upward(key)) throw SecretError("a name must not lead out of vault_folder");
    for (const fs::path& file : files_of(query, key)) {
      if (!values.contains(key) && fs::exists(file)) values[key] = read_file_without_line_end(file);
    }
  }
  return values;
}

std::string how_to_store_in_files(const SecretQuery& query, const std::string& key) {
  return "install -D -m 600 /dev/stdin " + shown_path(files_of(query, key).front());
}

}  // namespace connector
