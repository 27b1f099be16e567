#include "http/proxy.h"

#include <gtest/gtest.h>

namespace connector::http::proxy_test {

bool exempt(const char* list, const char* url) {
  return is_exempt(list, *parse_address(url));
}

TEST(NoProxy, ListsHostsDomainsAddressesAndNetworks) {
  const char* list = "localhost, .example.com\t10.0.0.0/8,fd00::/8 example.org., 192.0.2.7";
  for (const char* url : {"http://localhost", "http://a.example.com", "http://EXAMPLE.com", "http://10.9.8.7",
                          "http://[fd12::1]", "http://a.b.example.org", "http://192.0.2.7:8080"}) {
    EXPECT_TRUE(exempt(list, url)) << url;
  }
  for (const char* url : {"http://other", "http://anexample.com", "http://11.0.0.1", "http://[fe12::1]",
                          "http://192.0.2.70", "http://localhost.other"}) {
    EXPECT_FALSE(exempt(list, url)) << url;
  }
  EXPECT_FALSE(exempt("", "http://a.example.com"));
  EXPECT_FALSE(exempt(" , ,", "http://a.example.com"));
  EXPECT_FALSE(exempt("http://a.example.com", "http://a.example.com")) << "a URL is not a host";
}

TEST(NoProxy, ComparesPorts) {
  EXPECT_FALSE(exempt("a.example.com:8443,b.example.com", "https://a.example.com"));
  EXPECT_TRUE(exempt("a.example.com:443", "https://a.example.com"));
  EXPECT_TRUE(exempt("a.example.com:8443", "https://a.example.com:8443"));
  EXPECT_TRUE(exempt("[::1]:8080", "http://[::1]:8080"));
  EXPECT_FALSE(exempt("[::1]:80", "http://[::1]:8080"));
  EXPECT_TRUE(exempt("::1", "http://[::1]:8080"));
  EXPECT_TRUE(exempt("[::1]", "http://[::1]:8080"));
}

TEST(NoProxy, KnowsStars) {
  EXPECT_TRUE(exempt("*.example.com:80", "http://a.example.com"));
  EXPECT_TRUE(exempt("localhost,*", "http://a.example.com"));
}

TEST(NoProxy, KnowsNamesBeyondAscii) {
  EXPECT_TRUE(exempt("bücher.example", "http://BÜCHER.example"));
}

TEST(Address, HasAHostAsDnsKnowsIt) {
  EXPECT_EQ(parse_address("https://BÜCHER.example/größe")->host, "xn--bcher-kva.example");
  EXPECT_EQ(parse_address("https://BÜCHER.example/x")->url, "https://xn--bcher-kva.example/x");
  EXPECT_EQ(ascii_host("under_score.example"), "under_score.example");
  EXPECT_EQ(ascii_host("\xFF"), "\xFF");
}

}  // namespace connector::http::proxy_test
