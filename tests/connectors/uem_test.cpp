// What scenarios cannot show of Workspace ONE UEM: token services on hosts of their own, and pages taken row by row.
#include <gtest/gtest.h>
#include <httplib.h>

#include <string>
#include <thread>
#include <vector>

#include "airwatch/uem.h"
#include "support/emit_to.h"

namespace connector::uem_test {

class Source final : public Connector {
  void read(const Emit&) override {}
};

class UemTest : public testing::Test {
 protected:
  httplib::Server server;
  std::vector<std::string> bodies;  ///< of POST requests
  std::thread thread;
  std::string url;
  Source source;

  void SetUp() override {
    server.Post("/here", [this](const httplib::Request& request, httplib::Response& response) {
      bodies.push_back(request.body + request.get_header_value("Authorization"));
      response.status = 400;
    });
    server.Get("/rows", [this](const httplib::Request& request, httplib::Response& response) {
      const std::string number = request.get_param_value("page");
      bodies.push_back("page " + number);
      response.status = number == "2" ? 204 : 200;
      response.set_content(R"({"Rows": [)" + number + R"(, "x"]})", "application/json");
    });
    const int port = server.bind_to_any_port("127.0.0.1");
    url = "http://127.0.0.1:" + std::to_string(port);
    thread = std::thread([this] { server.listen_after_bind(); });
  }
  void TearDown() override {
    server.stop();
    thread.join();
  }
};

TEST_F(UemTest, TheCurrentTokenServiceIsTakenWhereItAnswers) {
  EXPECT_EQ(uem::token_url_in_use(source, url + "/here", url + "/unasked"), url + "/here");
  EXPECT_EQ(bodies, std::vector<std::string>{""}) << "no credentials";
}

TEST_F(UemTest, TheFormerOneIsTakenWhereTheCurrentOneIsNotFound) {
  EXPECT_EQ(uem::token_url_in_use(source, url + "/missing", url + "/here"), url + "/here");
}

TEST_F(UemTest, TheFormerOneIsTakenWhereTheCurrentHostIsNotThere) {
  EXPECT_EQ(uem::token_url_in_use(source, "http://na.uemauth.invalid/connect/token", url + "/here"), url + "/here");
}

TEST_F(UemTest, TheCurrentOneIsTakenWhereNeitherAnswers) {
  EXPECT_EQ(uem::token_url_in_use(source, url + "/missing", "http://na.uemauth.invalid/"), url + "/missing");
}

TEST_F(UemTest, APageIsAskedForWhenItsFirstRowIs) {
  uem::Pages pages(source, {.url = url + "/rows", .query = {}, .name = "Rows"});
  std::vector<std::string> rows;
  for (const Json& row : uem::Rows(pages)) {
    rows.push_back(to_text(row));
    EXPECT_EQ(bodies.size(), (rows.size() + 1) / 2);
  }
  EXPECT_EQ(rows, (std::vector<std::string>{"0", "\"x\"", "1", "\"x\""}));
  EXPECT_EQ(bodies, (std::vector<std::string>{"page 0", "page 1", "page 2"}));
}

}  // namespace connector::uem_test
