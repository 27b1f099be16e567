#include "text/decode.h"

#include <gtest/gtest.h>

namespace connector::decode_test {

constexpr std::size_t max_values = 1'000'000;

TEST(Body, IsJsonElseXmlElseText) {
  EXPECT_EQ(decoded_body(R"({"a": 1, "a": 2})", "text/html", max_values), parse_json(R"({"a": 2})"));
  EXPECT_EQ(decoded_body("\xEF\xBB\xBF[1]", std::nullopt, max_values), parse_json("[1]"));
  EXPECT_EQ(decoded_body("<a>1</a>", "application/json", max_values), parse_json(R"({"a": "1"})"));
  EXPECT_EQ(decoded_body("serial,name\n1,2\n", "text/csv", max_values), "serial,name\n1,2\n");
  EXPECT_EQ(decoded_body("", std::nullopt, max_values), "");
}

TEST(Body, IsReadInTheCharsetOfItsContentType) {
  EXPECT_EQ(decoded_body("\"\xE9lan\"", "application/json; charset=ISO-8859-1", max_values), "élan");
  EXPECT_EQ(decoded_body("\"élan\"", "application/json; charset=\"utf-8\"", max_values), "élan");
  EXPECT_EQ(decoded_body("\"élan\"", "application/json; charset=nonsense", max_values), "élan");
  EXPECT_EQ(decoded_body("\xFF", std::nullopt, max_values), "\xEF\xBF\xBD");
}

TEST(DecodedText, IsUtf8WithoutAMark) {
  EXPECT_EQ(decoded_text("\xEF\xBB\xBF"
                         "a",
                         ""),
            "a");
  EXPECT_EQ(decoded_text("\xFC", "iso-8859-1"), "ü");
  EXPECT_EQ(decoded_text(std::string_view("a\0b\0", 4), "utf-16le"), "ab");
}

TEST(CharsetOf, TakesTheParameterAlone) {
  EXPECT_EQ(charset_of("text/csv; Charset='UTF-16' ; header=present"), "utf-16");
  EXPECT_EQ(charset_of("application/json"), "");
}

}  // namespace connector::decode_test
