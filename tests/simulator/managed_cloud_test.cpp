#include "simulator/managed_cloud.h"

#include <gtest/gtest.h>

#include "simulator/cloud.h"
#include "simulator/pages.h"
#include "simulator/sample_payload.h"

namespace connector::simulator::managed_cloud_test {

using namespace std::chrono_literals;

Request request(const std::string& method, const std::string& path, const std::string& body = {}) {
  return {.method = method,
          .target = path,
          .path = path,
          .query = {},
          .headers = {{"authorization2", "api-token"},
                      {"content-type", "application/json; charset=utf-8"},
                      {"x-csrf-token", "csrf-5c1d"},
                      {"cookie", "session=s-8f20"},
                      {"host", "127.0.0.1:8080"}},
          .body = body};
}

Json check(ManagedCloud& cloud) {
  auto answer = cloud.answer(request("POST", "/api/v3/bulk/check_managed", R"({"version": "2026.08.1"})"));
  return parse_json(answer.value().body);
}

Json configuration(int id, const char* name) {
  return {{"id", id}, {"name", name}, {"type", "assets"}};
}

int add_ready_portion(Cloud& cloud, const Json& body) {
  return cloud.answer(request("POST", "/api/v3/bulk/50/add_ready_portion", to_text(body))).status;
}

int ask_to_sign(ManagedCloud& cloud, const std::string& id, const Json& call) {
  return cloud.answer(request("POST", "/api/v3/auth/" + id + "/secret", to_text(call)))->status;
}

Json payload(const Json& records, const Json& error) {
  return sample_payload({{"connector_id", 50}}, records, error);
}

TEST(ManagedCloud, HandsOutAConfigurationOnce) {
  ManagedCloud cloud;
  EXPECT_EQ(check(cloud), Json::array());
  cloud.set_configuration("50", configuration(50, "A"));
  cloud.set_configuration("51", configuration(51, "B"));
  EXPECT_EQ(check(cloud), Json::array({configuration(50, "A"), configuration(51, "B")}));
  EXPECT_EQ(check(cloud), Json::array());
  cloud.set_configuration("50", configuration(50, "C"));
  EXPECT_EQ(check(cloud), Json::array({configuration(50, "C")}));
}

TEST(ManagedCloud, HandsOutAConfigurationOnASchedule) {
  ManagedCloud::Clock::time_point now{};
  ManagedCloud cloud([&] { return now; });
  cloud.set_configuration("50", configuration(50, "A"), 60s);
  EXPECT_EQ(check(cloud).size(), 1u);
  now += 59s;
  EXPECT_EQ(check(cloud).size(), 0u);
  now += 1s;
  EXPECT_EQ(check(cloud).size(), 1u);
  EXPECT_EQ(check(cloud).size(), 0u);
}

TEST(ManagedCloud, ACheckMustNameAVersion) {
  ManagedCloud cloud;
  cloud.set_configuration("50", configuration(50, "A"));
  for (const char* body : {"", "{}", "[]", R"({"version": 1})"})
    EXPECT_EQ(cloud.answer(request("POST", "/api/v3/bulk/check_managed", body))->status, 400) << body;
  EXPECT_EQ(check(cloud).size(), 1u);
}

TEST(ManagedCloud, LeavesOtherCallsAlone) {
  ManagedCloud cloud;
  EXPECT_FALSE(cloud.answer(request("POST", "/api/v3/bulk")));
  EXPECT_FALSE(cloud.answer(request("GET", "/api/v3/bulk/" + portion)));
  Request by_name = request("GET", "/api/v2/mappings");
  by_name.query = {{"name", "Netbox"}};
  EXPECT_FALSE(cloud.answer(by_name));
}

TEST(ManagedCloud, GivesMappingsByConnectorId) {
  ManagedCloud cloud;
  const Json mapping = {{"SERIAL", {{"type", "attribute"}, {"value", "serial"}}}};
  cloud.set_mapping("50", mapping);
  Request question = request("GET", "/api/v2/mappings");
  question.query = {{"connector_id", "50"}};
  EXPECT_EQ(parse_json(cloud.answer(question)->body), mapping);
  question.query = {{"connector_id", "51"}};
  EXPECT_EQ(cloud.answer(question)->body, "{}");
}

TEST(ManagedCloud, GivesSecretsAndNamesOfCredentials) {
  ManagedCloud cloud;
  cloud.set_credential("c-1", {{"name", "MDM"}, {"secret", {{"headers", {{"Authorization", "Bearer t-1"}}}}}});
  auto secret = cloud.answer(request("POST", "/api/v3/auth/c-1/secret",
                                     R"({"url": "u", "http_method": "GET", "params": {}, "headers": {}, "body": ""})"));
  EXPECT_EQ(secret->body, R"({"headers":{"Authorization":"Bearer t-1"}})");
  EXPECT_EQ(parse_json(cloud.answer(request("GET", "/api/v3/auth/c-1"))->body)["name"], "MDM");
  EXPECT_EQ(cloud.answer(request("GET", "/api/v3/auth/c-2"))->status, 404);
}

TEST(ManagedCloud, ACallToBeSignedIsWhole) {
  ManagedCloud cloud;
  cloud.set_credential("c-1", Json::object());
  cloud.set_credential("aws/session", Json::object());
  const Json call = {{"url", "u"}, {"http_method", "GET"}, {"params", {}}, {"headers", {}}, {"body", ""}};
  Json with_keys = call;
  for (const char* key : {"access_key", "secret_key", "session_token"}) with_keys[key] = "k";
  EXPECT_EQ(ask_to_sign(cloud, "c-1", call), 200);
  EXPECT_EQ(ask_to_sign(cloud, "aws/session", with_keys), 200);
  EXPECT_EQ(ask_to_sign(cloud, "aws/session", call), 400);
  EXPECT_EQ(ask_to_sign(cloud, "c-1", with_keys), 400);
  EXPECT_EQ(ask_to_sign(cloud, "c-1", Json::array()), 400);
  EXPECT_EQ(ask_to_sign(cloud, "c-2", call), 404);
}

TEST(ManagedCloud, GivesGlobalVariables) {
  ManagedCloud cloud;
  EXPECT_EQ(cloud.answer(request("GET", "/api/v3/settings/global_variables"))->body, "[]");
  cloud.set_global_variables({{{"name", "REGION"}, {"value", "eu"}}});
  EXPECT_EQ(cloud.answer(request("GET", "/api/v3/settings/global_variables"))->body,
            R"([{"name":"REGION","value":"eu"}])");
}

TEST(ManagedCloud, ListsTheFilesThatAreNewer) {
  ManagedCloud cloud;
  cloud.set_file({.uid = "u-3", .filename = "c.csv", .creation_date = 300, .created_by_id = "50", .content = "3"});
  cloud.set_file({.uid = "u-1", .filename = "a.csv", .creation_date = 100, .created_by_id = "50", .content = "1"});
  cloud.set_file({.uid = "u-2", .filename = "b.csv", .creation_date = 200, .created_by_id = "50", .content = "2"});
  cloud.set_file({.uid = "u-4", .filename = "d.csv", .creation_date = 400, .created_by_id = "51", .content = "4"});
  Request question = request("GET", "/api/v3/media_storage");
  question.query = {{"filter", "(creation_date gt 100) and (created_by_type eq 'reports_connectors')"},
                    {"created_by_id", "50"},
                    {"sortby", "creation_date asc"}};
  Json list = parse_json(cloud.answer(question)->body);
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[0]["uid"], "u-2");
  EXPECT_EQ(list[1]["uid"], "u-3");
  EXPECT_EQ(list[1]["creation_date"], 300);
  EXPECT_TRUE(list[0]["url"].get<std::string>().starts_with("http://127.0.0.1:8080/media/u-2?"));
  EXPECT_EQ(cloud.file("u-2").body, "2");
  EXPECT_EQ(cloud.file("u-9").status, 404);
}

TEST(ManagedCloud, RefusesAnotherFilter) {
  ManagedCloud cloud;
  Request question = request("GET", "/api/v3/media_storage");
  question.query = {{"filter", "creation_date gt 100"}, {"created_by_id", "50"}, {"sortby", "creation_date asc"}};
  EXPECT_EQ(cloud.answer(question)->status, 400);
}

TEST(Cloud, AcceptsATokenThatItHasGivenOut) {
  Cloud cloud;
  Request question = request("GET", "/api/v3/settings/global_variables");
  question.headers["authorization2"] = "own-token";
  EXPECT_EQ(cloud.answer(question).status, 401);
  cloud.managed().set_token("7", "own-token");
  EXPECT_EQ(cloud.answer(request("GET", "/api/v3/auth/oomnitza_tokens/7")).body, R"({"token":"own-token"})");
  EXPECT_EQ(cloud.answer(request("GET", "/api/v3/auth/oomnitza_tokens/8")).status, 404);
  EXPECT_EQ(cloud.answer(question).status, 200);
}

TEST(Cloud, KeepsReadyPortions) {
  Cloud cloud;
  const Json failed = {{"correlation_id", "x"},           {"failed", 1},
                       {"error_message", "no such host"}, {"test_run", false},
                       {"error_type", "Fatal Error"},     {"multi_str_input_value", nullptr}};
  EXPECT_EQ(add_ready_portion(cloud, failed), 200);
  EXPECT_EQ(add_ready_portion(cloud, {{"correlation_id", "u-1"}, {"added", 1}}), 200);
  EXPECT_EQ(add_ready_portion(cloud, {{"correlation_id", "y"}, {"is_empty_run", true}, {"multi_str_input_value", "a"}}),
            200);
  const auto kept = cloud.managed().ready_portions();
  ASSERT_EQ(kept.size(), 3u);
  EXPECT_EQ(kept[0].service, "50");
  EXPECT_EQ(kept[0].body, failed);
  cloud.clear();
  EXPECT_TRUE(cloud.managed().ready_portions().empty());
}

TEST(Cloud, RefusesReadyPortionsOfAnotherShape) {
  const Json wrong[] = {Json::array(),
                        {{"correlation_id", "x"}},
                        {{"correlation_id", 1}, {"added", 1}},
                        {{"correlation_id", "x"}, {"added", 2}},
                        {{"correlation_id", "x"}, {"added", 1}, {"test_run", false}},
                        {{"correlation_id", "x"}, {"failed", 1}, {"test_run", false}, {"multi_str_input_value", ""}},
                        {{"correlation_id", "x"}, {"is_empty_run", false}, {"multi_str_input_value", ""}}};
  for (const Json& body : wrong) {
    Cloud cloud;
    EXPECT_EQ(add_ready_portion(cloud, body), 400) << to_text(body);
    EXPECT_TRUE(cloud.managed().ready_portions().empty());
  }
}

TEST(Cloud, ShowsManagedSessionsWithTheirErrors) {
  Cloud cloud;
  cloud.managed().set_configuration("50", configuration(50, "Detail <MDM>"));
  const Json broken = Json::array({{{"id", 7}}});
  Json fatal = payload(Json::array({Json::object()}), "page 3: 500");
  fatal["error_type"] = "Fatal Error";
  for (const Json& body : {payload(Json::array({{{"SERIAL", "1"}}}), nullptr), payload(broken, "item: 410"), fatal})
    ASSERT_EQ(cloud.answer(request("POST", "/api/v3/bulk", to_text(body))).status, 200);
  add_ready_portion(cloud, {{"correlation_id", "x-1"},
                            {"failed", 1},
                            {"error_message", "login: 401"},
                            {"test_run", false},
                            {"multi_str_input_value", nullptr}});

  const Portion of = cloud.portions().at(0);
  EXPECT_TRUE(of.is_managed);
  EXPECT_EQ(of.errors, 2u);
  EXPECT_EQ(of.fatal_errors, 1u);
  EXPECT_EQ(of.messages, (std::vector<std::string>{"item: 410", "page 3: 500"}));
  EXPECT_EQ(
      managed_sessions(cloud),
      "integration  name          session                               records  errors  state   what went wrong\n"
      "50           Detail <MDM>  5f0e7a3c-1c1b-4f6e-9f3a-0123456789ab  1        2       open    item: 410; page 3: "
      "500\n"
      "50           Detail <MDM>  x-1                                   0        1       failed  login: 401\n");
  const std::string page = html_page(cloud);
  EXPECT_NE(page.find("Managed sync sessions (2)"), std::string::npos);
  EXPECT_NE(page.find("Detail &lt;MDM&gt;"), std::string::npos);
}

}  // namespace connector::simulator::managed_cloud_test
