#include "mapping/absent_names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/support.h"

namespace connector::absent_names_test {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

bool has_key(const Json& record, const std::string& name) {
  return has(record, name);
}

Batch batch(const std::string& records) {
  const Json list = parse_json(records);
  return {list.begin(), list.end()};
}

std::vector<std::string> warnings(const AbsentNames& names) {
  const auto lines = std::make_shared<config_test::Lines>();
  names.warn(Log(lines));
  return lines->messages;
}

TEST(AbsentNames, AreThoseThatNoBatchHad) {
  AbsentNames names({{"SERIAL", "serial"}, {"NAME", "nmae"}, {"SITE", "site.name"}}, has_key);
  names.note(batch(R"([{"name": 1, "site": {"nam": 1}}, {"serial": null}])"));
  EXPECT_THAT(warnings(names),
              ElementsAre(HasSubstr("field NAME: no record has \"nmae\"; did you mean \"name\"?"),
                          HasSubstr("field SITE: no record has \"site.name\"; did you mean \"site.nam\"?")));
  names.note(batch(R"([{"nmae": 0}])"));
  EXPECT_THAT(warnings(names), ElementsAre(HasSubstr("A record has: name, site, site.nam")));
}

TEST(AbsentNames, AreNoneWithoutARecordThatCanBeRead) {
  AbsentNames names({{"SERIAL", "serial"}}, has_key);
  EXPECT_THAT(warnings(names), IsEmpty());
  Batch broken;
  broken.emplace_back(Json::object(), "half of it");
  broken.emplace_back("text");
  names.note(broken);
  EXPECT_THAT(warnings(names), IsEmpty());
}

TEST(Has, TakesForGrantedWhatIsBelowSomethingEmpty) {
  const Json record = parse_json(R"({"a": {"b": null}, "n": null, "l": [], "l1": [{"x": 1}], "t": "text", "d.e": 1})");
  for (const char* name : {"a", "a.b", "a.b.c", "n", "n.x", "l.0.x", "l1.0.x", "l1.7", "d.e"}) {
    EXPECT_TRUE(has(record, name)) << name;
  }
  for (const char* name : {"b", "a.c", "t.x", "l1.x", "l1.0.y", "", "a."}) EXPECT_FALSE(has(record, name)) << name;
  EXPECT_FALSE(has(Json::object(), "a"));
}

}  // namespace connector::absent_names_test
