#include "http/reach.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "support/loopback_server.h"

namespace connector::test::reach_test {

HostList list_of(std::initializer_list<const char*> entries) {
  HostList list;
  for (const char* entry : entries) list.add(entry);
  return list;
}

class ReachTest : public testing::Test {
 protected:
  LoopbackServer server;

  ReachTest() {
    for (const char* name : {"http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"}) {
      unsetenv(name);
    }
    server.on("GET", "/", {{.body = "reached"}});
  }
  ~ReachTest() override { unsetenv("http_proxy"); }

  /// What came, or why nothing did.
  static std::string ask(const std::string& url, Reach reach) {
    Http http;
    http.keep_to(std::move(reach));
    try {
      return http.send({.url = url, .retry = false}).body;
    } catch (const HttpError& error) {
      return error.what();
    }
  }

  std::string by_name() const { return "http://localhost:" + std::to_string(server.port()) + "/"; }
};

TEST_F(ReachTest, NeverLeadsToWhereCloudsHandOutCredentials) {
  const Reach everywhere{.hosts = list_of({"*", "169.254.0.0/16"}), .loopback = true};
  for (const char* url : {"http://169.254.169.254/latest/meta-data", "http://0xA9FEA9FE/", "http://[fd00:ec2::254]/",
                          "http://[::ffff:169.254.169.254]/", "http://[fe80::1%25lo]/"}) {
    EXPECT_NE(ask(url, everywhere).find("hand out credentials"), std::string::npos) << url << ask(url, everywhere);
  }
}

TEST_F(ReachTest, LeadsToThisMachineOnlyWhereThatIsListed) {
  for (const std::string& url : {server.url("/"), by_name()}) {
    for (const HostList& list : {HostList(), list_of({"*"}), list_of({"192.0.2.7"})}) {
      EXPECT_NE(ask(url, {.hosts = list}).find("is this machine; to permit that, list"), std::string::npos) << url;
    }
    EXPECT_EQ(ask(url, {.hosts = list_of({"localhost", "127.0.0.1"})}), "reached") << url;
    EXPECT_EQ(ask(url, {.hosts = list_of({"127.0.0.0/8", "::1"})}), "reached") << url;
    EXPECT_EQ(ask(url, {.loopback = true}), "reached") << url;
  }
  EXPECT_EQ(server.requests().size(), 6U);
}

TEST_F(ReachTest, IsJudgedByTheAddressThatIsConnectedTo) {
  const std::string answer = ask(by_name(), {.hosts = list_of({"10.0.0.0/8"}), .loopback = true});
  EXPECT_NE(answer.find("localhost is not called: it is not in allow_hosts"), std::string::npos) << answer;
  EXPECT_EQ(server.connections(), 0U) << "not even a connection was opened";
}

TEST_F(ReachTest, HoldsForRedirects) {
  server.on("GET", "/away", {{.status = 302, .headers = {{"Location", by_name()}}}});
  server.on("GET", "/metadata", {{.status = 302, .headers = {{"Location", "http://169.254.169.254/"}}}});
  const Reach reach{.hosts = list_of({"127.0.0.1"})};
  EXPECT_NE(ask(server.url("/away"), {.hosts = list_of({"other", "127.0.0.1/32"}), .loopback = true}).find("reached"),
            std::string::npos)
      << "by its address";
  EXPECT_NE(ask(server.url("/away"), {.hosts = list_of({"*"}), .loopback = false}).find("is this machine"),
            std::string::npos);
  EXPECT_NE(ask(server.url("/metadata"), reach).find("hand out credentials"), std::string::npos);
}

TEST_F(ReachTest, IsJudgedByTheNameAloneThroughAProxy) {
  server.otherwise([](const Received&) { return Answer{.body = "by proxy"}; });
  setenv("http_proxy", server.url().c_str(), 1);
  EXPECT_EQ(ask("http://far.invalid/", {}), "by proxy") << "the proxy's own address is not the integration's";
  EXPECT_EQ(ask("http://far.invalid/", {.hosts = list_of({"*.invalid", "10.0.0.0/8"})}), "by proxy");
  EXPECT_NE(ask("http://far.invalid/", {.hosts = list_of({"10.0.0.0/8"})}).find("not in allow_hosts"),
            std::string::npos);
  EXPECT_NE(ask("http://169.254.169.254/", {}).find("hand out credentials"), std::string::npos);
  EXPECT_NE(ask("http://localhost/", {}).find("is this machine"), std::string::npos);
}

TEST_F(ReachTest, NotesEachHostThatIsAsked) {
  std::string noted;
  ask(by_name(), {.loopback = true, .note = [&](const std::string& host) { noted += host + " "; }});
  EXPECT_EQ(noted, "localhost ");
}

}  // namespace connector::test::reach_test
