#include <gtest/gtest.h>
#include <httplib.h>

#include <string>
#include <thread>
#include <vector>

#include "connectors/source_test.h"

namespace connector::netbox {
Plugin plugin();
}

namespace connector::netbox::netbox_test {

/// A NetBox below the path /box whose pages are asked for by ?page=.
class NetboxTest : public SourceTest {
 protected:
  httplib::Server server;
  std::vector<std::string> pages;     ///< the answers
  std::vector<std::string> requests;  ///< "TOKEN PAGE"
  std::thread thread;
  int port = 0;

  void SetUp() override {
    SourceTest::SetUp();
    server.Get("/box/api/dcim/devices/", [this](const httplib::Request& request, httplib::Response& response) {
      const std::size_t page = request.has_param("page") ? std::stoul(request.get_param_value("page")) : 0;
      requests.push_back(request.get_header_value("Authorization") + " " + std::to_string(page));
      response.set_content(page < pages.size() ? pages[page] : "none", "application/json");
    });
    port = server.bind_to_any_port("127.0.0.1");
    thread = std::thread([this] { server.listen_after_bind(); });
  }
  void TearDown() override {
    server.stop();
    thread.join();
    SourceTest::TearDown();
  }

  void read_all() { read(plugin(), {{"url", fmt::format("http://127.0.0.1:{}/box", port)}, {"auth_token", "t0ken"}}); }
};

TEST_F(NetboxTest, FollowsTheLinksOnItsOwnHost) {
  pages = {R"({"next": "https://inner:8/box/api/dcim/devices/?page=1", "results": [{"id": 1}, {"id": 2}]})",
           R"({"next": "/box/api/dcim/devices/?page=2", "results": []})", R"({"results": [{"id": 3}]})"};
  read_all();
  EXPECT_EQ(failure, "");
  EXPECT_EQ(records, (std::vector<Json>{{{"id", 1}}, {{"id", 2}}, {{"id", 3}}}));
  EXPECT_EQ(requests, (std::vector<std::string>{"Token t0ken 0", "Token t0ken 1", "Token t0ken 2"}));
}

TEST_F(NetboxTest, ALinkThatWasAskedForEndsTheReading) {
  pages = {R"({"next": "http://x/box/api/dcim/devices/?page=1", "results": [{"id": 1}]})",
           R"({"next": "http://x/box/api/dcim/devices/", "results": [{"id": 2}]})"};
  read_all();
  EXPECT_NE(failure, "");
  EXPECT_EQ(records.size(), 2u);
  EXPECT_EQ(requests.size(), 2u);
}

TEST_F(NetboxTest, AnswersThatAreNone) {
  for (const std::string answer : {"<html>", "[]", "{}", R"({"results": {}})", R"({"next": 5, "results": []})",
                                   R"({"next": "?", "results": []})"}) {
    pages = {answer};
    read_all();
    EXPECT_NE(failure, "") << answer;
    EXPECT_TRUE(records.empty());
  }
}

}  // namespace connector::netbox::netbox_test
