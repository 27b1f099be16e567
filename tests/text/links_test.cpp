#include "text/links.h"

#include <gtest/gtest.h>

namespace connector::links_test {

TEST(Links, AreFoundByTheirRelation) {
  EXPECT_EQ(read_links(R"(<https://x/a?p=2,3>; rel="next"; title="a, b", <https://x/z>; rel=last)"),
            parse_json(R"({"next": {"url": "https://x/a?p=2,3", "rel": "next", "title": "a, b"},
                           "last": {"url": "https://x/z", "rel": "last"}})"));
  EXPECT_EQ(read_links("<https://x>; rel='next'"), parse_json(R"({"next": {"url": "https://x", "rel": "next"}})"));
  EXPECT_EQ(read_links("<https://x>"), parse_json(R"({"https://x": {"url": "https://x"}})"));
  EXPECT_EQ(read_links("nonsense"), Json::object());
}

}  // namespace connector::links_test
