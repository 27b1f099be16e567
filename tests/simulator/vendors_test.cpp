#include "simulator/vendors.h"

#include <gtest/gtest.h>

#include <set>

#include "connector/http.h"

namespace connector::simulator::vendors_test {

TEST(Vendors, JamfWantsATokenThatEnds) {
  VendorServer server(0, {.computers = 3, .broken = 2, .token_life = std::chrono::seconds(0)});
  Http http;
  http.basic_authentication("demo", "made-up-password");
  EXPECT_THROW(http.get(server.url() + "/jamf/JSSResource/computers"), HttpError) << "a token only";
  const std::string token =
      http.send({.method = "POST", .url = server.url() + "/jamf/api/v1/auth/token"}).json()["token"];
  EXPECT_THROW(http.get(server.url() + "/jamf/JSSResource/computers", {}, {{"Authorization", "Bearer " + token}}),
               HttpError)
      << "the token has ended";
  EXPECT_THROW(http.post_form(server.url() + "/jamf/api/v1/oauth/token", {{"client_id", "demo-client"}}), HttpError);
}

TEST(Vendors, JamfKnowsEachComputerThatIsNotBroken) {
  VendorServer server(0, {.computers = 3, .broken = 2});
  Http http;
  const Json token = http.post_form(server.url() + "/jamf/api/v1/oauth/token",
                                    {{"client_id", "demo-client"}, {"client_secret", "made-up-secret"}})
                         .json();
  http.headers.set("Authorization", "Bearer " + token["access_token"].get<std::string>());
  EXPECT_EQ(http.get(server.url() + "/jamf/JSSResource/computers").json()["computers"].size(), 3U);
  const Json computer = http.get(server.url() + "/jamf/JSSResource/computers/id/3/subset/General&Software").json();
  EXPECT_EQ(computer["computer"]["general"]["serial_number"], "C02000003");
  EXPECT_THROW(http.get(server.url() + "/jamf/JSSResource/computers/id/2"), HttpError);
  EXPECT_EQ(http.get(server.url() + "/vendors/traffic").json()["details"], 2);
  http.send({.method = "POST", .url = server.url() + "/jamf/api/v1/auth/invalidate-token"});
  EXPECT_THROW(http.get(server.url() + "/jamf/JSSResource/computers"), HttpError);
}

TEST(Vendors, OktaGivesPagesThatNameTheNextOne) {
  VendorServer server(0, {.users = 450});
  Http http;
  http.headers.set("Authorization", "SSWS made-up-token");
  std::set<std::string> ids;
  std::string address = server.url() + "/okta/api/v1/users?limit=200";
  for (int page = 1; page <= 3; ++page) {
    const Response response = http.get(address);
    for (const Json& user : response.json()) ids.insert(user["id"]);
    const std::string links = response.headers.find("Link").value_or("");
    const std::size_t next = links.find("users?after=");
    EXPECT_EQ(next == std::string::npos, page == 3) << links;
    if (next != std::string::npos)
      address = server.url() + "/okta/api/v1/" + links.substr(next, links.find('>', next) - next);
  }
  EXPECT_EQ(ids.size(), 450U);
}

TEST(Vendors, OktaRefusesWhatComesTooFast) {
  VendorServer server(0, {.users = 2, .rate = 1});
  Http http;
  http.headers.set("Authorization", "SSWS made-up-token");
  int refused = 0;
  for (int i = 0; i < 4; ++i) {
    const Response response = http.send({.url = server.url() + "/okta/api/v1/users", .allow = {429}});
    if (response.status != 429) continue;
    ++refused;
    EXPECT_TRUE(response.headers.contains("X-Rate-Limit-Reset"));
  }
  EXPECT_GE(refused, 1);
}

}  // namespace connector::simulator::vendors_test
