#include "platform/service_manager.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "support/temporary_folder.h"

namespace connector::service_manager_test {

using testing::ElementsAre;

/// What systemd would hear; a name that begins with '@' is of the abstract namespace.
class Manager {
 public:
  explicit Manager(const std::string& name) : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, name.data(), name.size());
    if (name.front() == '@') address.sun_path[0] = '\0';
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    EXPECT_EQ(::bind(socket_, reinterpret_cast<const sockaddr*>(&address), length), 0) << name;
    ::setenv("NOTIFY_SOCKET", name.c_str(), 1);
  }
  ~Manager() {
    ::unsetenv("NOTIFY_SOCKET");
    ::unsetenv("WATCHDOG_USEC");
    ::unsetenv("WATCHDOG_PID");
    ::close(socket_);
  }
  Manager(const Manager&) = delete;
  Manager& operator=(const Manager&) = delete;

  /// The next message; waits for it.
  std::string next() const {
    pollfd readable{.fd = socket_, .events = POLLIN, .revents = 0};
    if (::poll(&readable, 1, 60'000) != 1) return "nothing";
    char text[256];
    const ssize_t length = ::recv(socket_, text, sizeof text, 0);
    return {text, static_cast<std::size_t>(length)};
  }
  bool has_more() const {
    pollfd readable{.fd = socket_, .events = POLLIN, .revents = 0};
    return ::poll(&readable, 1, 0) == 1;
  }

 private:
  const int socket_;
};

std::vector<std::string> what_a_service_tells(const Manager& manager) {
  {
    ServiceManager service;
    service.ready();
    service.status("3 syncs\nrun");
    service.stopping();
    service.stopping();
  }
  std::vector<std::string> told;
  while (manager.has_more()) told.push_back(manager.next());
  return told;
}

TEST(ServiceManager, HearsByASocketFile) {
  const test::TemporaryFolder folder;
  EXPECT_THAT(what_a_service_tells(Manager(folder.file("notify"))),
              ElementsAre("READY=1", "STATUS=3 syncs run", "STOPPING=1"));
}

TEST(ServiceManager, HearsByAnAbstractSocket) {
  EXPECT_THAT(what_a_service_tells(Manager("@connector-test-" + std::to_string(::getpid()))),
              ElementsAre("READY=1", "STATUS=3 syncs run", "STOPPING=1"));
}

TEST(ServiceManager, NeedNotBeThere) {
  ::unsetenv("NOTIFY_SOCKET");
  ServiceManager().ready();
  ::setenv("NOTIFY_SOCKET", "/nowhere/notify", 1);
  ServiceManager().ready();
  ::unsetenv("NOTIFY_SOCKET");
}

TEST(ServiceManager, TheWatchdogHearsOfALivingServiceOnly) {
  const test::TemporaryFolder folder;
  const Manager manager(folder.file("notify"));
  ::setenv("WATCHDOG_USEC", "2000", 1);
  ::setenv("WATCHDOG_PID", std::to_string(::getpid()).c_str(), 1);
  std::atomic<bool> is_alive = true;
  std::atomic<int> questions_to_the_dead = 0;
  ServiceManager service;
  service.keep_alive([&] {
    if (!is_alive) {
      ++questions_to_the_dead;
      questions_to_the_dead.notify_all();
    }
    return is_alive.load();
  });
  for (int i = 0; i < 3; ++i) EXPECT_EQ(manager.next(), "WATCHDOG=1");
  is_alive = false;
  questions_to_the_dead.wait(0);  // what was said before is in the socket by now
  while (manager.has_more()) EXPECT_EQ(manager.next(), "WATCHDOG=1");
  const int before = questions_to_the_dead;
  questions_to_the_dead.wait(before);
  EXPECT_FALSE(manager.has_more());
  is_alive = true;
  EXPECT_EQ(manager.next(), "WATCHDOG=1");
}

TEST(ServiceManager, AWatchdogOfAnotherProcessHearsNothing) {
  const test::TemporaryFolder folder;
  const Manager manager(folder.file("notify"));
  ::setenv("WATCHDOG_USEC", "2000", 1);
  ::setenv("WATCHDOG_PID", "1", 1);
  {
    ServiceManager service;
    service.keep_alive([] {
      ADD_FAILURE() << "nobody wants to know";
      return true;
    });
  }
  EXPECT_EQ(manager.next(), "STOPPING=1");
}

}  // namespace connector::service_manager_test
