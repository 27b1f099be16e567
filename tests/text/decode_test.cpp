#include "text/decode.h"

#include <gtest/gtest.h>

namespace connector::decode_test {

using namespace std::string_literals;

DecodedBody body(std::string_view bytes, const std::optional<std::string>& content_type = std::nullopt) {
  return decoded_body(bytes, content_type, 1'000'000);
}

TEST(Body, IsJsonElseXmlElseText) {
  EXPECT_EQ(body(R"({"a": 1, "a": 2})", "text/html").value, parse_json(R"({"a": 2})"));
  EXPECT_EQ(body("\xEF\xBB\xBF[1]").value, parse_json("[1]"));
  EXPECT_EQ(body("<a>1</a>", "application/json").value, parse_json(R"({"a": "1"})"));
  EXPECT_EQ(body("serial,name\n1,2\n", "text/csv").value, "serial,name\n1,2\n");
  EXPECT_EQ(body("").value, "");
}

TEST(Body, IsReadInTheCharsetOfItsContentType) {
  EXPECT_EQ(body("\"\xE9lan\"", "application/json; charset=ISO-8859-1").value, "élan");
  EXPECT_EQ(body("\"élan\"", "application/json; charset=\"utf-8\"").value, "élan");
  EXPECT_EQ(body("\"élan\"", "application/json; charset=nonsense").value, "élan");
  EXPECT_EQ(body("<a>\xE9lan</a>", "text/xml; charset=windows-1252").value, parse_json(R"({"a": "élan"})"));
}

TEST(Body, IsReadInTheEncodingOfItsBytes) {
  EXPECT_EQ(body("\xFF\xFE[\0001\0]\0"s).value, parse_json("[1]"));
  EXPECT_EQ(body("[\0001\0]\0"s, "application/json; charset=utf-8").value, parse_json("[1]"))
      << "what is said is wrong";
  EXPECT_EQ(body("\0[\0001\0]"s).value, parse_json("[1]"));
  EXPECT_EQ(body("[\0\0\0]\0\0\0"s).value, parse_json("[]"));
}

TEST(Body, IsReadInTheEncodingThatXmlDeclares) {
  const std::string xml =
      "<?xml version=\"1.0\" encoding='ISO-8859-1'?>\n<a>Gr\xF6\xDF"
      "e</a>";
  EXPECT_EQ(body(xml, "text/xml").value, parse_json(R"({"a": "Größe"})"));
  EXPECT_EQ(body("<?xml version=\"1.0\" encoding=\"utf-16\"?><a>ö</a>").value, parse_json(R"({"a": "ö"})")) << ".NET";
  EXPECT_EQ(body("[\"ö\"]", "application/json; charset=utf-16").value, parse_json(R"(["ö"])"));
  EXPECT_TRUE(body(xml, "text/xml; charset=utf-8").mended.bytes) << "Content-Type counts more";
  EXPECT_EQ(body("<?xml version=\"1.0\" encoding=\"nonsense\"?><a>ö</a>").value, parse_json(R"({"a": "ö"})"));
  EXPECT_EQ(body("<?xml version=\"1.0\"?><a encoding='x'>ö</a>").value["a"]["#text"], "ö");
}

TEST(Body, IsMendedWithAWord) {
  const auto told = [](const DecodedBody& read) {
    int count = 0;
    read.mended.tell([&](const std::string&) { ++count; });
    return count;
  };
  EXPECT_EQ(told(body("[1]")), 0);
  const DecodedBody bytes = body("[\"\xFF\"]");
  EXPECT_EQ(bytes.value, parse_json(R"(["\ufffd"])"));
  EXPECT_EQ(told(bytes), 1);
  const DecodedBody numbers = body(R"([NaN, Infinity, -Infinity, 1e400, -1.5e999, 1e-400, "NaN"])");
  EXPECT_EQ(numbers.value, parse_json(R"([null, null, null, null, null, 0.0, "NaN"])"));
  EXPECT_EQ(told(numbers), 1);
  EXPECT_EQ(told(body("\xFF[NaN]")), 1) << "neither JSON nor a number";
  numbers.mended.tell({});
}

TEST(DecodedText, IsUtf8WithoutAMark) {
  EXPECT_EQ(DecodedText("\xEF\xBB\xBF"
                        "a",
                        "")
                .text(),
            "a");
  EXPECT_EQ(DecodedText("\xFC", "iso-8859-1").text(), "ü");
  EXPECT_EQ(DecodedText("a\0b\0"s, "utf-16le").text(), "ab");
  EXPECT_EQ(DecodedText("\xFF\xFE", "").text(), "");
  EXPECT_TRUE(DecodedText("[\0\x00\xD8]\0"s, "utf-16le").has_replaced()) << "half a surrogate pair";
  EXPECT_FALSE(DecodedText("ü", "").has_replaced());
}

TEST(CharsetOf, TakesTheParameterAlone) {
  EXPECT_EQ(charset_of("text/csv; Charset='UTF-16' ; header=present"), "utf-16");
  EXPECT_EQ(charset_of("application/json"), "");
}

}  // namespace connector::decode_test
