// The program as a service of systemd.
#include <gmock/gmock.h>

#include <csignal>

#include "commands/program_test.h"
#include "support/notify_socket.h"

namespace connector::test::service_test {

class ServiceTest : public ProgramTest {};

TEST_F(ServiceTest, ManagedTellsSystemdThatItWorksAndStops) {
  const NotifySocket manager(folder.file("notify"));
  configure("");
  Process process = start_by(
      R"(NOTIFY_SOCKET=$PWD/notify WATCHDOG_USEC=20000 WATCHDOG_PID=$$ exec "$0" "$@" >stdout 2>stderr)", {"managed"});
  EXPECT_EQ(manager.next(), "READY=1") << output();
  EXPECT_EQ(manager.next(), "STATUS=running what Oomnitza orders");
  EXPECT_EQ(manager.next(), "WATCHDOG=1");
  EXPECT_EQ(manager.next(), "WATCHDOG=1");
  process.send_signal(SIGTERM);
  std::string told = "WATCHDOG=1";
  while (told == "WATCHDOG=1") told = manager.next();
  EXPECT_EQ(told, "STOPPING=1");
  EXPECT_EQ(end_of(std::move(process)), 0) << output();
}

TEST_F(ServiceTest, SystemdHearsNothingOfAServiceThatCannotStart) {
  const NotifySocket manager(folder.file("notify"));
  configure("", "http://127.0.0.1:1");
  EXPECT_EQ(run_by(R"(NOTIFY_SOCKET=$PWD/notify exec "$0" "$@" >stdout 2>stderr)", {"managed", "--no-retry"}), 1);
  EXPECT_FALSE(manager.has_more());
}

}  // namespace connector::test::service_test
