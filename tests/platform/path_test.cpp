#include "platform/path.h"

#include <gtest/gtest.h>

namespace connector::path_test {

namespace fs = std::filesystem;

TEST(Path, IsShownWhole) {
  EXPECT_EQ(shown_path("a/./b.json"), (fs::current_path() / "a" / "b.json").string());
  EXPECT_EQ(shown_path("./config.ini"), (fs::current_path() / "config.ini").string());
  EXPECT_EQ(shown_path("/tmp/../x/"), "/tmp/../x/") << "/tmp may be a link";
  EXPECT_EQ(shown_path(""), "");
}

}  // namespace connector::path_test
