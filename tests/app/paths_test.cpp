#include "app/paths.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include "support/temporary_folder.h"

namespace connector::paths_test {

/// Each test has a working folder of its own.
class PathsTest : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::current_path(folder.path());
    ::unsetenv("STATE_DIRECTORY");
  }
  void TearDown() override {
    std::filesystem::current_path(before);
    ::unsetenv("STATE_DIRECTORY");
  }

  const std::filesystem::path before = std::filesystem::current_path();
  test::TemporaryFolder folder;
};

TEST_F(PathsTest, AreInTheWorkingFolderByDefault) {
  const Paths paths{CommandLine()};
  EXPECT_EQ(paths.ini, "config.ini");
  EXPECT_EQ(paths.env_file, ".env");
  EXPECT_EQ(paths.logging_config, std::nullopt);
  EXPECT_EQ(paths.state, ".");
}

TEST_F(PathsTest, FollowTheCommandLine) {
  CommandLine line;
  line.ini = "x.ini";
  line.env_file = "x.env";
  line.logging_config = "x.json";
  line.state_dir = "/x";
  ::setenv("STATE_DIRECTORY", "/y", 1);
  const Paths paths(line);
  EXPECT_EQ(paths.ini, "x.ini");
  EXPECT_EQ(paths.env_file, "x.env");
  EXPECT_EQ(paths.logging_config, "x.json");
  EXPECT_EQ(paths.state, "/x");
}

TEST_F(PathsTest, StateIsWhereSystemdSays) {
  ::setenv("STATE_DIRECTORY", "/var/lib/connector:/var/lib/other", 1);
  EXPECT_EQ(Paths(CommandLine()).state, "/var/lib/connector");
}

TEST_F(PathsTest, ConfigIniIsLookedForInTheUsersFolderUnlessAnEnvFileIsHere) {
  const std::string far = folder.write("xdg/connector/config.ini", "");
  ::setenv("XDG_CONFIG_HOME", folder.file("xdg").c_str(), 1);
  EXPECT_EQ(Paths(CommandLine()).ini, far);
  folder.write(".env", "");
  EXPECT_EQ(Paths(CommandLine()).ini, "config.ini");
  folder.write("config.ini", "");
  EXPECT_EQ(Paths(CommandLine()).ini, "config.ini");
  ::unsetenv("XDG_CONFIG_HOME");
}

TEST_F(PathsTest, LoggingIsConfiguredByAFileHere) {
  folder.write("logging.json", "{}");
  EXPECT_EQ(Paths(CommandLine()).logging_config, "logging.json");
}

}  // namespace connector::paths_test
