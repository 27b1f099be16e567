#include "simulator/simulator.h"

#include <gtest/gtest.h>

#include "connector/http.h"

namespace connector::simulator::simulator_test {

connector::Response put(const Simulator& simulator, const std::string& path, const std::string& body) {
  return Http().send(
      {.method = "PUT", .url = simulator.url() + path, .body = body, .accept = [](const connector::Response&) {
         return true;
       }});
}

Json check_managed(const Simulator& simulator) {
  return Http()
      .send({.method = "POST",
             .url = simulator.url() + "/api/v3/bulk/check_managed",
             .headers = {{"Authorization2", "api-token"}},
             .body = R"({"version": "2026.08.1"})"})
      .json();
}

Simulator::Options without_session() {
  Simulator::Options options;
  options.cloud.check_session = false;
  return options;
}

TEST(Simulator, TakesWhatManagedModeNeedsByItsControlApi) {
  Simulator simulator(without_session());
  const std::pair<const char*, const char*> settings[] = {
      {"/simulator/configurations/50", R"({"id": 50, "name": "A", "type": "assets"})"},
      {"/simulator/managed-mappings/50", R"({"SERIAL": {"type": "attribute", "value": "serial"}})"},
      {"/simulator/credentials/c-1", R"({"name": "MDM", "secret": {}})"},
      {"/simulator/credentials/aws/session", R"({"secret": {}})"},
      {"/simulator/tokens/7", R"({"token": "own-token"})"},
      {"/simulator/global-variables", "[]"},
      {"/simulator/files/u-1?filename=a.csv&creation_date=100&id=50", "a,b"}};
  for (auto& [path, body] : settings) EXPECT_EQ(put(simulator, path, body).status, 200) << path;
  EXPECT_EQ(check_managed(simulator).at(0).at("name"), "A");
  EXPECT_TRUE(simulator.cloud().managed().is_token("own-token"));
  EXPECT_EQ(Http().get(simulator.url() + "/media/u-1?signature=x").body, "a,b");
  EXPECT_EQ(Http().get(simulator.url() + "/simulator/ready-portions").body, "[]");
}

TEST(Simulator, SaysWhatItDoesNotTake) {
  Simulator simulator;
  EXPECT_EQ(put(simulator, "/simulator/configurations/50", "{").status, 400);
  EXPECT_EQ(put(simulator, "/simulator/configurations/50?every=0", "{}").status, 400);
  EXPECT_EQ(put(simulator, "/simulator/configurations/50?every=soon", "{}").status, 400);
  EXPECT_EQ(put(simulator, "/simulator/tokens/7", "{}").status, 400);
  EXPECT_EQ(put(simulator, "/simulator/nothing", "{}").status, 404);
}

}  // namespace connector::simulator::simulator_test
