#include "config/configuration_file.h"

#include <system_error>

#include "connector/error.h"
#include "platform/files.h"
#include "platform/path.h"

namespace connector {

std::string configuration_text(const std::filesystem::path& file) {
  try {
    return read_file(file);
  } catch (const std::system_error& error) {
    throw ConfigError(shown_path(file) + ": the file cannot be read: " + error.code().message());
  }
}

}  // namespace connector
