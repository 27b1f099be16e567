#include "http/links.h"

#include <gtest/gtest.h>

namespace connector::links_test {

Json links(const std::string& header) {
  Response response;
  response.headers = {{"Link", header}};
  response.url = "https://x/api/devices";
  return http::read_links(response);
}

TEST(Links, AreFoundByTheirRelation) {
  EXPECT_EQ(links(R"(<https://x/a?p=2,3>; rel="next"; title="a, b", <https://x/z>; rel=last)"),
            parse_json(R"({"next": {"url": "https://x/a?p=2,3", "rel": "next", "title": "a, b"},
                           "last": {"url": "https://x/z", "rel": "last"}})"));
  EXPECT_EQ(links("<https://x/>; rel='next'"), parse_json(R"({"next": {"url": "https://x/", "rel": "next"}})"));
  EXPECT_EQ(links("<https://x/b>"), parse_json(R"({"https://x/b": {"url": "https://x/b"}})"));
  EXPECT_EQ(links("nonsense"), Json::object());
  EXPECT_EQ(http::read_links({}), Json::object());
}

TEST(Links, CaseDoesNotCountAndOneMayHaveSeveralRelations) {
  EXPECT_EQ(links(R"(<https://x/2>; REL="Next last"; Title=Two)"),
            parse_json(R"({"next": {"url": "https://x/2", "rel": "next", "title": "Two"},
                           "last": {"url": "https://x/2", "rel": "last", "title": "Two"}})"));
  EXPECT_EQ(links("<https://x/2>; rel=next; rel=prev"),
            parse_json(R"({"next": {"url": "https://x/2", "rel": "next"}})"))
      << "the first one counts";
}

TEST(Links, RelativeOnesAreResolvedAgainstTheRequest) {
  EXPECT_EQ(links("<?page=2>; rel=next")["next"]["url"], "https://x/api/devices?page=2");
  EXPECT_EQ(links("</b/c>; rel=next")["next"]["url"], "https://x/b/c");
  EXPECT_EQ(links("<d>; rel=next")["next"]["url"], "https://x/api/d");
  EXPECT_EQ(links("<urn:x>; rel=next")["next"]["url"], "urn:x");
}

}  // namespace connector::links_test
