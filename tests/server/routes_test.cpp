#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connector/encoding.h"
#include "server/credentials.h"
#include "server/routes.h"

namespace connector::server::routes_test {

using testing::Optional;

Head head(const std::string& method, const std::string& path, Headers headers = {}) {
  headers.add("Host", "here");
  return {.method = method, .path = path, .headers = std::move(headers)};
}

const Secret secret("open sesame");

Routes routes() {
  const auto nothing = [](const Head&, const std::string&, const Answer&) {};
  return Routes({{.path = "/health", .methods = {"GET", "HEAD"}, .admit = {}, .handle = nothing},
                 {.path = "*",
                  .methods = {"POST"},
                  .admit =
                      [](const Head& request) {
                        return request.path == "/gone" ? Admission{.refusal = Reply{.status = 404}}
                                                       : Admission{.secret = &secret, .max_body = 7};
                      },
                  .handle = nothing}});
}

int refusal(const Head& request) {
  const Routes table = routes();
  const Routes::Decision decision = table.decide(request);
  return decision.refusal ? decision.refusal->status : 0;
}

TEST(Routes, AreFoundByMethodAndPath) {
  EXPECT_EQ(refusal(head("GET", "/health")), 0);
  EXPECT_EQ(refusal(head("HEAD", "/health")), 0);
  EXPECT_EQ(refusal(head("GET", "/other")), 405);
  EXPECT_EQ(refusal(head("get", "/health")), 405) << "methods are case-sensitive";
  const Routes table = routes();
  EXPECT_THAT(table.decide(head("DELETE", "/x")).refusal->headers.find("Allow"), Optional(std::string("POST")));
  EXPECT_THAT(table.decide(head("PUT", "/health")).refusal->headers.find("Allow"),
              Optional(std::string("GET, HEAD, POST")));
  EXPECT_EQ(Routes({}).decide(head("GET", "/")).refusal->status, 404);
}

TEST(Routes, ARefusalOfTheRouteComesBeforeItsSecret) {
  EXPECT_EQ(refusal(head("POST", "/gone")), 404);
  EXPECT_EQ(refusal(head("POST", "/x")), 401);
}

TEST(Routes, AskForTheSecret) {
  EXPECT_EQ(refusal(head("POST", "/x", {{"X-Webhook-Secret", "open sesame"}})), 0);
  EXPECT_EQ(refusal(head("POST", "/x", {{"x-webhook-secret", "open sesame"}})), 0);
  EXPECT_EQ(refusal(head("POST", "/x", {{"Authorization", "bearer open sesame"}})), 0);
  EXPECT_EQ(refusal(head("POST", "/x", {{"Authorization", "Basic " + base64("any:open sesame")}})), 0);
  EXPECT_EQ(refusal(head("POST", "/x", {{"Authorization", "Basic " + base64(":open sesame")}})), 0);
  EXPECT_EQ(refusal(head("POST", "/x", {{"X-Webhook-Secret", "no"}, {"Authorization", "Bearer open sesame"}})), 0);
  for (const auto& [name, value] :
       std::vector<std::pair<std::string, std::string>>{{"X-Webhook-Secret", ""},
                                                        {"X-Webhook-Secret", "open sesam"},
                                                        {"X-Webhook-Secret", "open sesame!"},
                                                        {"X-Webhook-Secret", "Open sesame"},
                                                        {"Authorization", "open sesame"},
                                                        {"Authorization", "Bearer"},
                                                        {"Authorization", "Basic open sesame"},
                                                        {"Authorization", "Basic " + base64("open sesame")},
                                                        {"Authorization", "Basic " + base64("open sesame:any")},
                                                        {"Authorization", "Digest open sesame"}}) {
    EXPECT_EQ(refusal(head("POST", "/x", {{name, value}})), 401) << name << ": " << value;
  }
}

TEST(Routes, APasswordMayHaveColons) {
  EXPECT_TRUE(presents(head("POST", "/", {{"Authorization", "Basic " + base64("u:a:b:")}}), Secret("a:b:")));
}

}  // namespace connector::server::routes_test
