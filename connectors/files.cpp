#include "files.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <sstream>
#include <system_error>

#include "connector/error.h"
#include "platform/path.h"

namespace connector {

namespace fs = std::filesystem;

std::vector<fs::path> files_in(const fs::path& folder, std::string_view extension) {
  std::vector<fs::path> files;
  std::error_code problem;
  fs::directory_iterator entry(folder, problem);
  for (; !problem && entry != fs::directory_iterator(); entry.increment(problem)) {
    const std::string name = utf8_path(entry->path().filename());
    std::error_code vanished;
    if (!name.starts_with('.') && name.ends_with(extension) && entry->is_regular_file(vanished))
      files.push_back(entry->path());
  }
  if (problem) throw SourceError(fmt::format("Cannot read the folder {}: {}", shown_path(folder), problem.message()));
  std::sort(files.begin(), files.end());
  return files;
}

std::string content_of(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream content;
  if (stream) content << stream.rdbuf();
  if (!stream) {
    const std::string cause = std::generic_category().message(errno);
    throw SourceError(fmt::format("cannot read {}: {}", shown_path(file), cause));
  }
  return std::move(content).str();
}

}  // namespace connector
