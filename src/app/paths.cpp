#include "app/paths.h"

#include <string>
#include <system_error>
#include <vector>

#include "platform/environment.h"
#include "platform/files.h"
#include "platform/process.h"

namespace connector {
namespace {

namespace fs = std::filesystem;

/// Here, else beside the program where it exists there.
fs::path here_or_beside_program(const char* name) {
  const fs::path beside_program = program_file().parent_path() / name;
  return !is_there(name) && is_there(beside_program) ? beside_program : fs::path(name);
}

/// Where config.ini is looked for last, and not where there is an env file here.
std::vector<fs::path> configuration_folders() {
  std::vector<fs::path> folders;
  const std::string own = environment_variable("XDG_CONFIG_HOME");
  const std::string home = environment_variable("HOME");
  if (!own.empty() || !home.empty()) folders.push_back(own.empty() ? fs::path(home) / ".config" : fs::path(own));
  folders.emplace_back("/etc");
  return folders;
}

fs::path ini_file(const CommandLine& line, const fs::path& env_file) {
  if (line.ini) return *line.ini;
  const fs::path near = here_or_beside_program("config.ini");
  if (is_there(near) || is_there(env_file)) return near;
  for (const fs::path& folder : configuration_folders()) {
    const fs::path file = folder / "connector" / "config.ini";
    if (is_there(file)) return file;
  }
  return near;
}

std::optional<fs::path> logging_config(const CommandLine& line) {
  if (line.logging_config) return line.logging_config;
  const fs::path file = here_or_beside_program("logging.json");
  return is_there(file) ? std::optional(file) : std::nullopt;
}

fs::path state_folder(const CommandLine& line) {
  if (line.state_dir) return *line.state_dir;
  const std::string folders = environment_variable("STATE_DIRECTORY");  // several are separated by colons
  if (folders.empty()) return ".";
  return folders.substr(0, folders.find(':'));
}

}  // namespace

Paths::Paths(const CommandLine& line)
    : ini(ini_file(line, line.env_file.value_or(".env"))),
      env_file(line.env_file.value_or(".env")),
      logging_config(connector::logging_config(line)),
      state(state_folder(line)),
      save_data("save_data") {}

}  // namespace connector
