#include "text/nearest.h"

#include <gtest/gtest.h>

namespace connector::nearest_test {

const std::vector<std::string> names = {"managed", "upload", "resend", "generate-ini", "version"};

TEST(Nearest, FindsTheNameThatWasMeant) {
  EXPECT_EQ(nearest("uplaod", names), "upload");
  EXPECT_EQ(nearest("Upload", names), "upload");
  EXPECT_EQ(nearest("generate_ini", names), "generate-ini");
  EXPECT_EQ(nearest("manage", names), "managed");
  EXPECT_EQ(nearest("Größe", {"Breite", "GRÖSSE", "größe "}), "größe ");
}

TEST(Nearest, FindsNothingWhereNothingIsNear) {
  EXPECT_EQ(nearest("sync", names), std::nullopt);
  EXPECT_EQ(nearest("", names), std::nullopt);
  EXPECT_EQ(nearest("x", {"y"}), std::nullopt);
  EXPECT_EQ(nearest("generateini", names, 0), std::nullopt);
  EXPECT_EQ(nearest(std::string(1 << 20, 'x'), names), std::nullopt);
  EXPECT_EQ(did_you_mean("sync", names), "");
}

TEST(Nearest, EndsAMessage) {
  EXPECT_EQ(did_you_mean("vresion", names), "; did you mean \"version\"?");
}

}  // namespace connector::nearest_test
