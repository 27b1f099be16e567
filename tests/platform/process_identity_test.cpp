#include "platform/process_identity.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

namespace connector::process_identity_test {

TEST(ProcessIdentity, IsThisProcessAndNoOther) {
  const std::string own = process_identity();
  EXPECT_EQ(own, process_identity());
  EXPECT_EQ(state_of_process(own), ProcessState::running);
}

TEST(ProcessIdentity, AProcessThatHasEndedIsGone) {
  int pipe[2];
  ASSERT_EQ(::pipe(pipe), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const std::string identity = process_identity();
    ::_exit(::write(pipe[1], identity.data(), identity.size()) > 0 ? 0 : 1);
  }
  char text[200] = {};
  ASSERT_GT(::read(pipe[0], text, sizeof text - 1), 0);
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_NE(process_identity(), text);
  EXPECT_EQ(state_of_process(text), ProcessState::gone);
  ::close(pipe[0]);
  ::close(pipe[1]);
}

TEST(ProcessIdentity, TheSameNumberLaterIsAnotherProcess) {
  const std::string own = process_identity();
  const std::string before = own.substr(0, own.rfind(' ')) + " 1";
  EXPECT_EQ(state_of_process(before), ProcessState::gone);
  EXPECT_EQ(state_of_process("another-boot" + own.substr(own.find(' '))), ProcessState::gone);
}

TEST(ProcessIdentity, OfAnotherContainerNothingIsKnown) {
  const std::string own = process_identity();
  const std::string boot = own.substr(0, own.find(' '));
  EXPECT_EQ(state_of_process(boot + " pid:[1] 1 1"), ProcessState::unknown);
  EXPECT_EQ(state_of_process("nonsense"), ProcessState::unknown);
}

}  // namespace connector::process_identity_test
