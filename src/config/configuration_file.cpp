#include "config/configuration_file.h"

#include <algorithm>
#include <system_error>

#include "connector/error.h"
#include "platform/files.h"
#include "platform/path.h"
#include "text/utf8.h"

namespace connector {

std::string configuration_text(const std::filesystem::path& file) {
  try {
    return read_file(file);
  } catch (const std::system_error& error) {
    throw ConfigError(shown_path(file) + ": the file cannot be read: " + error.code().message());
  }
}

void check_utf8(std::string_view text, const std::string& file) {
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) {
    throw ConfigError(file + ": the file is in UTF-16: save the file as UTF-8");
  }
  const std::string_view good = text.substr(0, std::min(utf8_length(text), text.find('\0')));
  if (good.size() == text.size()) return;
  const auto line = std::to_string(1 + std::count(good.begin(), good.end(), '\n'));
  throw ConfigError(file + ":" + line + ": the line holds bytes that are not UTF-8: save the file as UTF-8");
}

}  // namespace connector
