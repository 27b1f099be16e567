#include "platform/process_lock.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "support/temporary_folder.h"

namespace connector::process_lock_test {

using test::TemporaryFolder;

using Kind = ProcessLock::Kind;

TEST(ProcessLock, SharedOnesStandBesideEachOtherButNotBesideAnExclusiveOne) {
  const TemporaryFolder folder;
  const std::string file = folder.file("lock");
  {
    const ProcessLock first(file, Kind::shared);
    EXPECT_FALSE(first.other());
    {
      const ProcessLock second(file, Kind::shared);
      EXPECT_FALSE(second.other());
    }
    EXPECT_EQ(ProcessLock(file, Kind::exclusive).other(), ::getpid()) << "the second one left the file in place";
  }
  EXPECT_FALSE(std::filesystem::exists(file));
  const ProcessLock alone(file, Kind::exclusive);
  EXPECT_FALSE(alone.other());
  EXPECT_EQ(ProcessLock(file, Kind::shared).other(), ::getpid());
}

}  // namespace connector::process_lock_test
