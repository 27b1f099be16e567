#include "platform/descriptor.h"

#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace connector {

Descriptor::~Descriptor() {
  if (number_ >= 0) ::close(number_);
}

void write_all(const Descriptor& descriptor, std::string_view content, const std::filesystem::path& file) {
  while (!content.empty()) {
    const ssize_t written = ::write(descriptor.number(), content.data(), content.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      throw std::system_error(errno, std::generic_category(), "cannot write " + file.string());
    }
    content.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace connector
