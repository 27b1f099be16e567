#include "platform/limits.h"

#include <fcntl.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <new>
#include <system_error>

#include "platform/descriptor_posix.h"

namespace connector {

std::string reason(const std::exception& error) {
  if (dynamic_cast<const std::bad_alloc*>(&error) != nullptr) return too_little_memory;
  const auto* failure = dynamic_cast<const std::system_error*>(&error);
  if (failure == nullptr) return error.what();
  const std::error_condition condition = failure->code().default_error_condition();
  if (condition == std::errc::resource_unavailable_try_again) return too_many_threads;
  const bool is_about_files =
      condition == std::errc::too_many_files_open || condition == std::errc::too_many_files_open_in_system;
  return is_about_files ? std::string(error.what()) + ": " + too_many_files : error.what();
}

void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  constexpr rlim_t plenty = 65536;
  limit.rlim_cur = std::max(limit.rlim_cur, std::min(limit.rlim_max, plenty));
  ::setrlimit(RLIMIT_NOFILE, &limit);  // as it was, where that is refused
}

bool lacks_descriptors() {
  std::array<Descriptor, 4> opened;  // what has failed for want of one may have given others back
  for (Descriptor& descriptor : opened) {
    descriptor = Descriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (descriptor.number() < 0) return true;
  }
  return false;
}

}  // namespace connector
