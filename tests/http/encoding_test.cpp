#include <gtest/gtest.h>

#include "connector/http.h"
#include "http/address.h"

namespace connector::encoding_test {

TEST(Headers, CompareNamesWithoutCase) {
  Headers headers{{"Set-Cookie", "a=1"}, {"X", "y"}};
  headers.add("set-cookie", "b=2");
  EXPECT_EQ(headers.find("SET-COOKIE"), "a=1, b=2");
  headers.set("SET-cookie", "c=3");
  EXPECT_EQ(headers.find("Set-Cookie"), "c=3");
  headers.remove("x");
  EXPECT_FALSE(headers.contains("X"));
  EXPECT_EQ(headers.find("X"), std::nullopt);
}

TEST(ParseUrl, GivesTheParts) {
  const auto url = parse_url("https://user:pw@Host.example:8443/a/b?x=1&y=%C3%BC#end");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->scheme, "https");
  EXPECT_EQ(url->port, "8443");
  EXPECT_EQ(url->path, "/a/b");
  EXPECT_EQ(url->query, "x=1&y=%C3%BC");
  EXPECT_EQ(url->origin(), "https://Host.example:8443");
  EXPECT_EQ(url->target(), "/a/b?x=1&y=%C3%BC");
  EXPECT_EQ(parse_url("http://[::1]")->origin(), "http://[::1]");
  EXPECT_EQ(parse_url("http://[::1]")->target(), "/");
}

TEST(ParseUrl, RefusesWhatIsNoAbsoluteUrl) {
  for (const char* text : {"", "/path", "host/path", "http://", "http://a b/", "http://host:port/"}) {
    EXPECT_FALSE(parse_url(text)) << text;
  }
}

TEST(ParseUrl, EncodesWhatNoUrlMayHold) {
  const auto url = parse_url("http://h.example/é b/100%/%c3%A9/{x}|y?q={\"a\": 'ü'}&r=%zz+");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->target(), "/%C3%A9%20b/100%25/%c3%A9/%7Bx%7D%7Cy?q=%7B%22a%22:%20'%C3%BC'%7D&r=%25zz+");
  EXPECT_EQ(parse_url("http://h.example?x y")->target(), "/?x%20y");
}

TEST(WithQuery, StandsBehindTheUrlsOwn) {
  EXPECT_EQ(http::with_query("http://h/p", {{"a b", "ü"}, {"c", ""}}), "http://h/p?a%20b=%C3%BC&c=");
  EXPECT_EQ(http::with_query("http://h/p?x=%2F#f", {{"a", "1"}}), "http://h/p?x=%2F&a=1");
  EXPECT_EQ(http::with_query("http://h/p?", {{"a", "1"}}), "http://h/p?a=1");
  EXPECT_EQ(http::with_query("http://h/p?x", {}), "http://h/p?x");
}

TEST(Redirected, ResolvesRelativeTargets) {
  const http::Address from = *http::parse_address("https://h.example/a/b?x=1");
  EXPECT_EQ(http::redirected(from, "c?d=e")->url, "https://h.example/a/c?d=e");
  EXPECT_EQ(http::redirected(from, "../c")->url, "https://h.example/c");
  EXPECT_EQ(http::redirected(from, "//other.example/c")->url, "https://other.example/c");
  EXPECT_EQ(http::redirected(from, "?y=2")->url, "https://h.example/a/b?y=2");
  EXPECT_EQ(http::redirected(from, "/a b")->url, "https://h.example/a%20b");
  EXPECT_EQ(http::redirected(from, "/ä?to=http://ö/")->url, "https://h.example/%C3%A4?to=http://%C3%B6/");
  for (const char* target : {"file:///etc/passwd", "ftp://h/", "gopher://h/", "javascript:alert(1)", "http://"}) {
    const auto address = http::redirected(from, target);
    EXPECT_TRUE(!address || address->host == "h.example") << target;
  }
  EXPECT_FALSE(http::redirected(from, "file:///etc/passwd"));
}

TEST(Trusts, TheSameHostAndPortAndTheStepUpToHttps) {
  const auto trusts = [](const char* from, const char* to) {
    return http::parse_address(from)->trusts(*http::parse_address(to));
  };
  EXPECT_TRUE(trusts("http://h/", "http://H:80/x"));
  EXPECT_TRUE(trusts("http://h/", "https://h/"));
  EXPECT_FALSE(trusts("https://h/", "http://h/"));
  EXPECT_FALSE(trusts("https://h:99/", "http://h:99/"));
  EXPECT_FALSE(trusts("http://h:8080/", "https://h:8443/"));
  EXPECT_FALSE(trusts("https://h/", "https://h:444/"));
  EXPECT_FALSE(trusts("https://h/", "https://h.evil/"));
}

}  // namespace connector::encoding_test
