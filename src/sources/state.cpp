#include "connector/state.h"

#include <system_error>

#include "connector/error.h"
#include "platform/files.h"
#include "text/text.h"

namespace connector {
namespace {

namespace fs = std::filesystem;

/// What the disk says, in a SourceError.
template <class Use>
auto use(const Use& disk) {
  try {
    return disk();
  } catch (const std::system_error& error) {
    throw SourceError(error.what());
  }
}

}  // namespace

std::optional<std::string> StateFile::read() const {
  std::error_code error;
  if (fs::status(path_, error).type() == fs::file_type::not_found) return std::nullopt;
  return use([&] { return std::string(trimmed(read_file(path_))); });  // tells why a file cannot be looked at
}

void StateFile::write(std::string_view content) const {
  use([&] { write_file_atomically(path_, content); });
}

}  // namespace connector
