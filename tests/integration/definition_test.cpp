#include "integration/definition.h"

#include <gtest/gtest.h>

#include "connector/error.h"

namespace connector::integration::integration_test {

class IntegrationTest : public testing::Test {
 protected:
  Json cloud_ = parse_json(R"({
    "id": 7, "name": "Hosts", "type": "assets", "saas_authorization": {"headers": {"X-Key": "abc"}},
    "list_behavior": {"url": "https://x", "http_method": "get", "result": "{{ list_response }}"}})");
  std::vector<Entry> ini_;

  Definition read_it(bool testmode = false) {
    const Section section{.name = "managed.7", .origin = "config.ini:1", .entries = ini_};
    const EnvironmentVariables none;
    return read(cloud_, &section, {.variables = none, .fetch_secrets = {}, .log = {}}, testmode);
  }
  std::string problem_with() {
    try {
      read_it();
    } catch (const ConfigError& error) {
      return error.what();
    }
    return "";
  }
};

TEST_F(IntegrationTest, IsReadIntoTypes) {
  const Definition definition = read_it();
  EXPECT_EQ(definition.identity.id, 7);
  EXPECT_EQ(definition.data_type, "assets");
  ASSERT_EQ(definition.levels.size(), 1U);
  EXPECT_EQ(definition.levels[0].call.method, "GET");
  EXPECT_FALSE(definition.levels[0].pagination);
  EXPECT_EQ(std::get<StaticAuthorization>(definition.authorization).headers.at(0).second, "abc");
}

TEST_F(IntegrationTest, TheIniWinsButNotWithAnEmptyValue) {
  cloud_["sync_field"] = "SERIAL";
  cloud_["test_run"] = true;
  ini_ = {{"sync_field", "", "config.ini:2"}, {"test_run", "no", "config.ini:3"}};
  const Definition definition = read_it();
  EXPECT_EQ(definition.settings.sync_field, std::vector<std::string>{"SERIAL"});
  EXPECT_FALSE(definition.settings.test_run);
}

TEST_F(IntegrationTest, TestmodeMakesEveryRunATestRun) {
  EXPECT_TRUE(read_it(true).is_test);
  EXPECT_FALSE(read_it(true).settings.test_run);
}

TEST_F(IntegrationTest, ComplaintsNameIntegrationAndField) {
  cloud_["saas_authorization"] = parse_json(R"({"headers": {}, "params": null})");
  cloud_["list_behavior"] = nullptr;
  cloud_["exploratory_list_behavior"] = parse_json(R"({"url": "u", "http_method": "GET", "result": "r"})");
  const std::string text = problem_with();
  EXPECT_NE(text.find("integration Hosts (7), saas_authorization: "), std::string::npos) << text;
  EXPECT_NE(text.find("list_behavior: is required"), std::string::npos) << text;
  EXPECT_NE(text.find("exploratory_list_behavior: needs a pre_list_behavior"), std::string::npos) << text;
}

TEST_F(IntegrationTest, ComplaintsShowNoValue) {
  ini_ = {{"local_inputs", R"({"password": "s3cret)", "config.ini:2"}};
  const std::string text = problem_with();
  EXPECT_NE(text.find("local_inputs"), std::string::npos);
  EXPECT_EQ(text.find("s3cret"), std::string::npos);
}

TEST_F(IntegrationTest, LocalInputsAreAnObject) {
  for (const char* text : {"null", "[]", "5", "\"text\"", "no JSON"}) {
    ini_ = {{"local_inputs", text, "config.ini:2"}};
    EXPECT_NE(problem_with().find("local_inputs"), std::string::npos) << text;
  }
  ini_ = {{"local_inputs", "{}", "config.ini:2"}};
  EXPECT_EQ(problem_with(), "");
}

TEST_F(IntegrationTest, TheCloudTokenIsATextOrHasAnId) {
  cloud_["oomnitza_authorization"] = parse_json(R"({"token_id": 5})");
  EXPECT_EQ(read_it().cloud_token.id, "5");
  ini_ = {{"oomnitza_authorization", "own-token", "config.ini:2"}};
  EXPECT_EQ(read_it().cloud_token.token.value, "own-token");
  ini_.clear();
  cloud_["oomnitza_authorization"] = 12345;
  EXPECT_NE(problem_with().find("oomnitza_authorization"), std::string::npos);
}

TEST_F(IntegrationTest, InsertOnlyAndUpdateOnlyExcludeEachOther) {
  cloud_["insert_only"] = "True";
  cloud_["update_only"] = true;
  EXPECT_NE(problem_with().find("insert_only"), std::string::npos);
}

TEST_F(IntegrationTest, TheIniMapsFields) {
  ini_ = {{"mapping.serial", "sn", "config.ini:2"},
          {"mapping.kind", R"({"type": "value", "value": 5})", "config.ini:3"}};
  EXPECT_EQ(read_it().mapping, parse_json(R"({"SERIAL": {"type": "attribute", "value": "sn"},
                                              "KIND": {"type": "value", "value": 5}})"));
}

TEST_F(IntegrationTest, OfAHeaderGivenTwiceTheLastCounts) {
  cloud_["list_behavior"]["headers"] = parse_json(R"([{"key": "A", "value": 1}, {"key": "A", "value": 2}])");
  const Definition definition = read_it();
  ASSERT_EQ(definition.levels[0].call.headers.size(), 1U);
  EXPECT_EQ(definition.levels[0].call.headers[0].value, 2);
}

TEST(Identity, NeedsAnId) {
  EXPECT_THROW(identify(Json::array()), ConfigError);
  EXPECT_THROW(identify(parse_json(R"({"name": "x"})")), ConfigError);
  EXPECT_EQ(identify(parse_json(R"({"id": "a/b"})")).section(), "managed.a/b");
  EXPECT_EQ(identify(parse_json(R"({"id": 3, "reports_service": true})")).section(), "managed_reports.3");
}

TEST(Identity, TheInisTestRunWins) {
  const Json cloud = parse_json(R"({"id": 1, "test_run": true})");
  const auto section = [](const char* test_run) {
    return Section{.name = "managed.1", .origin = "", .entries = {{"test_run", test_run, ""}}};
  };
  const Section no = section("no");
  const Section empty = section(" ");
  EXPECT_TRUE(identify(cloud).test_run);
  EXPECT_TRUE(identify(cloud, &empty).test_run);
  EXPECT_FALSE(identify(cloud, &no).test_run);
}

}  // namespace connector::integration::integration_test
