#include "platform/confinement.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <functional>

namespace connector::confinement_test {

/// Whether it holds in a process that has confined itself.
bool holds(const std::function<bool()>& what) {
  const pid_t child = ::fork();
  if (child == 0) {
    confine(data_size() + (256u << 20));
    std::_Exit(what() ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool is_forbidden(long outcome) {
  return outcome < 0 && errno == EPERM;
}

TEST(Confinement, NoFilesNoNetworkNoProcesses) {
  EXPECT_TRUE(holds([] { return is_forbidden(::open("/etc/passwd", O_RDONLY)); }));
  EXPECT_TRUE(holds([] { return is_forbidden(::open("/tmp/never", O_CREAT | O_WRONLY, 0600)); }));
  EXPECT_TRUE(holds([] { return is_forbidden(::unlink("/tmp/never")); }));
  EXPECT_TRUE(holds([] { return is_forbidden(::socket(AF_INET, SOCK_STREAM, 0)); }));
  EXPECT_TRUE(holds([] { return is_forbidden(::socket(AF_UNIX, SOCK_STREAM, 0)); }));
  EXPECT_TRUE(holds([] { return is_forbidden(::fork()); }));
  EXPECT_TRUE(holds([] { return is_forbidden(::execl("/bin/true", "true", nullptr)); }));
  EXPECT_TRUE(holds([] { return is_forbidden(::kill(::getppid(), 0)); }));
}

TEST(Confinement, MemoryThatIsNoCodeAndNotTooMuch) {
  const auto map = [](std::size_t size, int protection) {
    return ::mmap(nullptr, size, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
  };
  EXPECT_TRUE(holds([&] { return map(1 << 20, PROT_READ | PROT_WRITE); }));
  EXPECT_TRUE(holds([&] { return !map(1 << 20, PROT_READ | PROT_EXEC); }));
#ifndef __SANITIZE_ADDRESS__
  EXPECT_TRUE(holds([&] { return !map(512u << 20, PROT_READ | PROT_WRITE); }));
  EXPECT_TRUE(holds([&] {
    limit_data(data_size() + (16u << 20));
    return !map(32u << 20, PROT_READ | PROT_WRITE);
  }));
#endif
}

}  // namespace connector::confinement_test
