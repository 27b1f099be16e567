#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/settings.h"
#include "config/support.h"

namespace connector::mapping_settings_test {

using config_test::Lines;
using config_test::section;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

class MappingSettings : public testing::Test {
 protected:
  FieldSpecifications read(const std::vector<std::pair<std::string, std::string>>& settings) {
    return mapping_settings(section("a", settings), Log(log_), problems_);
  }

  // What mapping.x = value means.
  Json of(const std::string& value) {
    const FieldSpecifications fields = read({{"mapping.x", value}});
    return fields.empty() ? Json() : fields[0].second;
  }

  std::shared_ptr<Lines> log_ = std::make_shared<Lines>();
  Problems problems_;
};

TEST_F(MappingSettings, TakeEveryForm) {
  EXPECT_EQ(of("Assigned To"), (Json{{"source", "Assigned To"}}));
  EXPECT_EQ(of("\"a.b\""), (Json{{"source", "a.b"}}));
  EXPECT_EQ(of("2024"), (Json{{"source", "2024"}}));
  EXPECT_EQ(of("true"), (Json{{"source", "true"}}));
  EXPECT_EQ(of("[1]"), (Json{{"source", "[1]"}}));
  EXPECT_EQ(of("\"half"), (Json{{"source", "\"half"}}));
  EXPECT_EQ(of("{\"source\": \"a\",\n    \"converter\": \"c\"}"), (Json{{"source", "a"}, {"converter", "c"}}));
  EXPECT_EQ(of("\n  {\"hardcoded\": []}"), (Json{{"hardcoded", Json::array()}}));
  EXPECT_EQ(of("{\"converter\": null}"), (Json{{"converter", nullptr}}));
  EXPECT_THAT(problems_, IsEmpty());
}

TEST_F(MappingSettings, FieldsAreTheSecondPartInCapitals) {
  EXPECT_THAT(read({{"mapping.b", "1"}, {"url", "x"}, {"mapping.straße.more", "2"}, {"mapping.b.c", "3"}}),
              ElementsAre(Pair("B", Json{{"source", "3"}}), Pair("STRASSE", Json{{"source", "2"}})));
}

TEST_F(MappingSettings, BrokenOnesAreReported) {
  read({{"mapping.a", "{\"source\": \"s3cret\", "},
        {"mapping.b", ""},
        {"mapping.c", "{\"source\": 5}"},
        {"mapping.", "x"},
        {"mapping.d", "fine"}});
  ASSERT_EQ(problems_.size(), 4u);
  EXPECT_THAT(problems_[0], HasSubstr("config.ini:2: section [a], setting mapping.a: begins like JSON"));
  EXPECT_THAT(problems_[0], testing::Not(HasSubstr("s3cret")));
  EXPECT_THAT(problems_[1], HasSubstr("mapping.b: is empty"));
  EXPECT_THAT(problems_[2], HasSubstr("mapping.c: its source must be a string"));
  EXPECT_THAT(problems_[3], HasSubstr("names no field"));
}

TEST_F(MappingSettings, UnknownKeysAreWarnedAbout) {
  EXPECT_EQ(of(R"({"source": "a", "requierd": true})").at("source"), "a");
  EXPECT_THAT(log_->messages, ElementsAre(HasSubstr("requierd")));
  EXPECT_THAT(problems_, IsEmpty());
}

}  // namespace connector::mapping_settings_test
