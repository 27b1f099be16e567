#include "platform/program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>

#include "platform/memory.h"

namespace connector::program_test {

using testing::HasSubstr;

std::string failure(const ProgramStart& start) {
  try {
    output_of(start);
    return "";
  } catch (const std::runtime_error& error) {
    return error.what();
  }
}

TEST(Program, WithinItsTimeAndSpaceAlone) {
  ProgramStart start{.command = {"sh", "-c", "sleep 60 & sleep 60"},
                     .environment = {"PATH=/usr/bin:/bin"},
                     .time_limit = std::chrono::seconds(0),
                     .max_output = 100};
  EXPECT_THAT(failure(start), HasSubstr("it has not ended after 0 s"));
  start.time_limit = std::chrono::seconds(60);
  std::stop_source stop;
  start.stop = stop.get_token();
  stop.request_stop();
  EXPECT_THAT(failure(start), HasSubstr("shutting down"));
  start.stop = {};
  start.command = {"sh", "-c", "while :; do echo 0123456789; done"};
  EXPECT_THAT(failure(start), HasSubstr("its output is larger than 100 bytes"));
  start.command = {"cat"};
  EXPECT_EQ(output_of(start), "") << "standard input is empty";
}

TEST(Memory, IsPrivateAndCanBeWiped) {
  std::string text = "a secret that is longer than what fits into a string itself";
  const char* where = text.data();
  const std::size_t size = text.size();
  text.resize(3);
  wipe(text);
  EXPECT_TRUE(text.empty());
  EXPECT_EQ(std::string(where, size), std::string(size, '\0'));
  const pid_t child = ::fork();
  if (child == 0) {
    keep_memory_private();
    ::_exit(::prctl(PR_GET_DUMPABLE));
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 0);
  EXPECT_EQ(::prctl(PR_GET_DUMPABLE), 1);
}

}  // namespace connector::program_test
