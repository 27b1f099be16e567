#include "platform/service_manager.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <string>
#include <vector>

#include "support/notify_socket.h"
#include "support/temporary_folder.h"

namespace connector::service_manager_test {

using testing::ElementsAre;

/// As systemd starts a service.
class Manager : public test::NotifySocket {
 public:
  explicit Manager(const std::string& name) : NotifySocket(name) { ::setenv("NOTIFY_SOCKET", name.c_str(), 1); }
  ~Manager() {
    for (const char* variable : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}) ::unsetenv(variable);
  }
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
