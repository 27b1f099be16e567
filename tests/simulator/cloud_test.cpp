#include "simulator/cloud.h"

#include <gtest/gtest.h>

#include "simulator/sample_payload.h"

namespace connector::simulator::cloud_test {

Json payload(const Json& records) {
  return sample_payload({{"connector_name", "Netbox"}}, records);
}

Request post(const std::string& path, const Json& body) {
  return {.method = "POST",
          .target = path,
          .path = path,
          .query = {},
          .headers = {{"authorization2", "api-token"},
                      {"content-type", "application/json; charset=utf-8"},
                      {"x-csrf-token", "csrf-5c1d"},
                      {"cookie", "session=s-8f20"}},
          .body = to_text(body)};
}

Answer send(Cloud& cloud, const Json& body) {
  return cloud.answer(post("/api/v3/bulk", body));
}

Json record(const char* serial, const char* name) {
  return {{"SERIAL", serial}, {"NAME", name}};
}

TEST(Cloud, CreatesAndUpdatesBySyncField) {
  Cloud cloud;
  EXPECT_EQ(send(cloud, payload(Json::array({record("1", "a"), record("2", "b")}))).status, 200);
  EXPECT_EQ(send(cloud, payload(Json::array({record("2", "c"), record("3", "d")}))).status, 200);
  EXPECT_EQ(cloud.records("assets"), (std::vector<Json>{record("1", "a"), record("2", "c"), record("3", "d")}));
  EXPECT_EQ(cloud.portions().at(0).created, 3u);
  EXPECT_EQ(cloud.portions().at(0).updated, 1u);
}

TEST(Cloud, InsertOnlyLeavesWhatIsThereAlone) {
  Cloud cloud;
  send(cloud, payload(Json::array({record("1", "a")})));
  Json next = payload(Json::array({record("1", "b"), record("2", "c")}));
  next["insert_only"] = true;
  send(cloud, next);
  EXPECT_EQ(cloud.records("assets"), (std::vector<Json>{record("1", "a"), record("2", "c")}));
  EXPECT_EQ(cloud.portions().at(0).skipped, 1u);
}

TEST(Cloud, UpdateOnlyCreatesNothing) {
  Cloud cloud;
  send(cloud, payload(Json::array({record("1", "a")})));
  Json next = payload(Json::array({record("1", "b"), record("2", "c")}));
  next["update_only"] = true;
  send(cloud, next);
  EXPECT_EQ(cloud.records("assets"), (std::vector<Json>{record("1", "b")}));
}

TEST(Cloud, RefusesWrongShapesWithTheFieldsName) {
  const std::pair<const char*, Json> wrong[] = {
      {"sync_field", "SERIAL"}, {"portion", "run-1"}, {"data_type", "computers"}, {"insert_only", "false"},
      {"records", {1}},         {"error", false},     {"connector_name", ""},     {"surprise", 1}};
  for (auto& [field, value] : wrong) {
    Cloud cloud;
    Json body = payload(Json::array({record("1", "a")}));
    body[field] = value;
    Answer answer = send(cloud, body);
    EXPECT_EQ(answer.status, 400) << field;
    EXPECT_NE(answer.body.find(field), std::string::npos) << answer.body;
    EXPECT_TRUE(cloud.records("assets").empty());
  }
}

TEST(Cloud, AFinalizedPortionTakesNothingMore) {
  Cloud cloud;
  send(cloud, payload(Json::array({record("1", "a")})));
  EXPECT_EQ(cloud.answer(post("/api/v3/bulk/" + portion + "/finalize", Json::object())).status, 200);
  EXPECT_EQ(send(cloud, payload(Json::array({record("2", "b")}))).status, 400);
}

TEST(Cloud, RefusesARecordByFieldValue) {
  Cloud cloud;
  cloud.refuse("SERIAL", "2");
  EXPECT_EQ(send(cloud, payload(Json::array({record("1", "a"), record("2", "b")}))).status, 400);
  EXPECT_EQ(send(cloud, payload(Json::array({record("1", "a")}))).status, 200);
}

TEST(Cloud, WritesNeedTokenSessionAndContentType) {
  for (const char* header : {"authorization2", "x-csrf-token", "cookie", "content-type"}) {
    Cloud cloud;
    Request request = post("/api/v3/bulk", payload(Json::array()));
    request.headers.erase(header);
    EXPECT_GE(cloud.answer(request).status, 400) << header;
  }
}

TEST(Cloud, CancelsOnRequest) {
  Cloud cloud;
  Request question{.method = "GET",
                   .target = {},
                   .path = "/api/v3/bulk/" + portion,
                   .query = {},
                   .headers = {{"authorization2", "api-token"}},
                   .body = {}};
  EXPECT_EQ(cloud.answer(question).body, R"({"canceled":false})");
  cloud.cancel(portion);
  EXPECT_EQ(cloud.answer(question).body, R"({"canceled":true})");
  EXPECT_TRUE(cloud.portions().at(0).canceled);
}

TEST(Cloud, WithoutChecksOnlyCounts) {
  Cloud cloud({.check_session = false, .check_payloads = false});
  EXPECT_EQ(send(cloud, payload(Json::array({record("1", "a"), record("2", "b")}))).status, 200);
  EXPECT_EQ(cloud.traffic().records, 2u);
  EXPECT_TRUE(cloud.records("assets").empty());
}

}  // namespace connector::simulator::cloud_test
