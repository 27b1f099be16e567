#include "simulator/saas.h"

#include <gtest/gtest.h>

#include <set>

namespace connector::simulator::saas_test {

Request get(const std::string& path, const std::string& session = {}) {
  return {.method = "GET", .target = path, .path = path, .query = {}, .headers = {{"x-session", session}}, .body = {}};
}

Answer log_in(Saas& saas, const char* password = "made-up-password") {
  return saas.answer({.method = "POST",
                      .target = "/api/login",
                      .path = "/api/login",
                      .query = {},
                      .headers = {},
                      .body = to_text({{"user", "demo"}, {"password", password}})});
}

std::string session(Saas& saas) {
  return parse_json(log_in(saas).body).at("token").get<std::string>();
}

TEST(Saas, WantsASession) {
  Saas saas({});
  EXPECT_EQ(log_in(saas, "guess").status, 401);
  EXPECT_EQ(saas.answer(get("/api/devices")).status, 401);
  EXPECT_EQ(saas.answer(get("/api/devices/1", "guess")).status, 401);
  EXPECT_EQ(saas.answer(get("/api/devices", session(saas))).status, 200);
}

TEST(Saas, ListsAllDevicesPageByPage) {
  Saas saas({.devices = 25, .page_size = 10});
  const std::string open = session(saas);
  std::set<int> ids;
  for (const char* page : {"1", "2", "3"}) {
    Request request = get("/api/devices", open);
    request.query = {{"page", page}};
    Json answer = parse_json(saas.answer(request).body);
    EXPECT_EQ(answer["pages"], 3);
    for (const Json& device : answer["devices"]) ids.insert(device["id"].get<int>());
  }
  EXPECT_EQ(ids.size(), 25u);
  EXPECT_EQ(*ids.begin(), 1);
  EXPECT_EQ(*ids.rbegin(), 25);

  Request beyond = get("/api/devices", open);
  beyond.query = {{"page", "4"}};
  EXPECT_TRUE(parse_json(saas.answer(beyond).body)["devices"].empty());
  beyond.query = {{"page", "0"}};
  EXPECT_EQ(saas.answer(beyond).status, 400);
}

TEST(Saas, KnowsEachDeviceAndItsSoftware) {
  Saas saas({.devices = 25, .broken = 7, .latency = std::chrono::milliseconds(20)});
  const std::string open = session(saas);
  Answer answer = saas.answer(get("/api/devices/6", open));
  EXPECT_EQ(answer.delay, std::chrono::milliseconds(20));
  Json device = parse_json(answer.body)["device"];
  EXPECT_EQ(device["serial"], "SN000006");
  EXPECT_EQ(device["software"].size(), 3u);
  EXPECT_EQ(device["software"][0]["title"], "Slack");
  EXPECT_EQ(saas.answer(get("/api/devices/7", open)).status, 410);
  EXPECT_EQ(saas.answer(get("/api/devices/26", open)).status, 404);
  EXPECT_EQ(saas.answer(get("/api/devices/x", open)).status, 404);
}

TEST(Saas, CountsItsCalls) {
  Saas saas({});
  const std::string open = session(saas);
  saas.answer(get("/api/devices", open));
  saas.answer(get("/api/devices/1", open));
  saas.answer(get("/api/devices/2", open));
  Json traffic = parse_json(saas.answer(get("/traffic")).body);
  EXPECT_EQ(traffic["logins"], 1);
  EXPECT_EQ(traffic["lists"], 1);
  EXPECT_EQ(traffic["details"], 2);
}

}  // namespace connector::simulator::saas_test
