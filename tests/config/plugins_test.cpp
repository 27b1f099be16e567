#include "connector/plugins.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace connector::plugins_test {

using testing::ElementsAre;

int described = 0;

Plugin first() {
  ++described;
  return {.section = "first", .mapping_name = "First", .settings = {}, .make = {}};
}

Plugin second() {
  ++described;
  return {.section = "second", .mapping_name = "Second", .settings = {}, .make = {}};
}

TEST(Plugins, AreDescribedOnceAndWhenAskedFor) {
  const Plugins plugins({{"first", first}, {"second", second}});
  described = 0;
  EXPECT_THAT(plugins.sections(), ElementsAre("first", "second"));
  EXPECT_EQ(plugins.find("third"), nullptr);
  EXPECT_EQ(described, 0);
  const Plugin* found = plugins.find("second");
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->mapping_name, "Second");
  EXPECT_EQ(described, 1);
  EXPECT_EQ(&plugins.all()[1], found);
  EXPECT_EQ(plugins.all()[0].mapping_name, "First");
  EXPECT_EQ(described, 2);
}

}  // namespace connector::plugins_test
