#include "http/proxy.h"

#include <gtest/gtest.h>

namespace connector::http::proxy_test {

std::string exceptions(const char* list, const char* url) {
  return no_proxy_for(list, *parse_address(url));
}

TEST(NoProxy, KeepsWhatLibcurlKnows) {
  EXPECT_EQ(exceptions("localhost, .example.com\t10.0.0.0/8,fd00::/8", "http://a.example.com"),
            "localhost,.example.com,10.0.0.0/8,fd00::/8");
  EXPECT_EQ(exceptions("", "http://a.example.com"), "");
  EXPECT_EQ(exceptions(" , ,", "http://a.example.com"), "");
}

TEST(NoProxy, ComparesPortsItself) {
  EXPECT_EQ(exceptions("a.example.com:8443,b.example.com", "https://a.example.com"), "b.example.com");
  EXPECT_EQ(exceptions("a.example.com:443", "https://a.example.com"), "a.example.com");
  EXPECT_EQ(exceptions("a.example.com:8443", "https://a.example.com:8443"), "a.example.com");
  EXPECT_EQ(exceptions("[::1]:8080,[::2]:80,::3,[::4]", "http://[::1]:8080"), "::1,::3,::4");
}

TEST(NoProxy, KnowsStars) {
  EXPECT_EQ(exceptions("*.example.com:80", "http://a.example.com"), ".example.com");
  EXPECT_EQ(exceptions("localhost,*", "http://a.example.com"), "*");
}

TEST(NoProxy, KnowsNamesBeyondAscii) {
  EXPECT_EQ(exceptions("bücher.example", "http://bücher.example"), "xn--bcher-kva.example");
}

TEST(Address, HasAHostAsDnsKnowsIt) {
  EXPECT_EQ(parse_address("https://BÜCHER.example/größe")->host, "xn--bcher-kva.example");
  EXPECT_EQ(parse_address("https://BÜCHER.example/x")->url, "https://xn--bcher-kva.example/x");
  EXPECT_EQ(ascii_host("under_score.example"), "under_score.example");
  EXPECT_EQ(ascii_host("\xFF"), "\xFF");
}

}  // namespace connector::http::proxy_test
