#include "integration/decoded_response.h"

#include <gtest/gtest.h>

namespace connector::integration::answer_test {

Json xml(const std::string& text) {
  return read_xml(text).value_or("no XML");
}

TEST(Xml, AttributesAndRepeatedChildrenBecomeKeysAndLists) {
  EXPECT_EQ(xml(R"(<a x="1"><b>7</b><b/></a>)"), parse_json(R"({"a": {"@x": "1", "b": ["7", null]}})"));
}

TEST(Xml, TextBesideAttributesOrChildrenHasAKeyOfItsOwn) {
  EXPECT_EQ(xml("<a> one <b> two </b> three </a>"), parse_json(R"({"a": {"b": "two", "#text": "one  three"}})"));
  EXPECT_EQ(xml(R"(<a x="1"> t </a>)"), parse_json(R"({"a": {"@x": "1", "#text": "t"}})"));
}

TEST(Xml, PrefixesStayAndCommentsGo) {
  EXPECT_EQ(xml(R"(<ns:a xmlns:ns="u"><!-- no --><ns:b>1</ns:b></ns:a>)"),
            parse_json(R"({"ns:a": {"@xmlns:ns": "u", "ns:b": "1"}})"));
}

TEST(Xml, ListsOfListsAreNotMixed) {
  EXPECT_EQ(xml("<a><b><c>1</c><c>2</c></b><b><c>3</c></b></a>"),
            parse_json(R"({"a": {"b": [{"c": ["1", "2"]}, {"c": "3"}]}})"));
}

TEST(Xml, IsNoneWhenItIsNotWellFormedOrDeclaresEntities) {
  EXPECT_FALSE(read_xml("<a><b></a>"));
  EXPECT_FALSE(read_xml("<a>&nbsp;</a>"));
  EXPECT_FALSE(read_xml("<a/><b/>"));
  EXPECT_FALSE(read_xml("plain"));
  EXPECT_FALSE(read_xml(R"(<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>)"));
}

TEST(Xml, IsNoneWhenItIsNestedTooDeeply) {
  std::string deep;
  for (int i = 0; i < 600; ++i) deep += "<a>";
  for (int i = 0; i < 600; ++i) deep += "</a>";
  EXPECT_FALSE(read_xml(deep));
}

TEST(Xml, WithManyNamesIsReadInReasonableTime) {
  constexpr int count = 100'000;
  std::string text = "<r";
  for (int i = 0; i < count; ++i) text += " a" + std::to_string(i) + "='1'";
  text += ">";
  for (int i = 0; i < count; ++i) text += "<b" + std::to_string(i) + "/><b" + std::to_string(i) + "/>";
  const Json root = xml(text + "</r>")["r"];
  EXPECT_EQ(root.size(), std::size_t{2 * count});
  EXPECT_EQ(root.begin().key(), "@a0");
  EXPECT_EQ(root.back(), parse_json("[null, null]"));
}

TEST(Body, IsJsonElseXmlElseText) {
  EXPECT_EQ(read_body(R"({"a": 1, "a": 2})", "text/html"), parse_json(R"({"a": 2})"));
  EXPECT_EQ(read_body("\xEF\xBB\xBF[1]", std::nullopt), parse_json("[1]"));
  EXPECT_EQ(read_body("<a>1</a>", "application/json"), parse_json(R"({"a": "1"})"));
  EXPECT_EQ(read_body("serial,name\n1,2\n", "text/csv"), "serial,name\n1,2\n");
  EXPECT_EQ(read_body("", std::nullopt), "");
}

TEST(Body, IsReadInTheCharsetOfItsContentType) {
  EXPECT_EQ(read_body("\"\xE9lan\"", "application/json; charset=ISO-8859-1"), "élan");
  EXPECT_EQ(read_body("\"élan\"", "application/json; charset=\"utf-8\""), "élan");
  EXPECT_EQ(read_body("\"élan\"", "application/json; charset=nonsense"), "élan");
  EXPECT_EQ(read_body("\xFF", std::nullopt), "\xEF\xBF\xBD");
}

TEST(Links, AreFoundByTheirRelation) {
  EXPECT_EQ(read_links(R"(<https://x/a?p=2,3>; rel="next"; title="a, b", <https://x/z>; rel=last)"),
            parse_json(R"({"next": {"url": "https://x/a?p=2,3", "rel": "next", "title": "a, b"},
                           "last": {"url": "https://x/z", "rel": "last"}})"));
  EXPECT_EQ(read_links("<https://x>; rel='next'"), parse_json(R"({"next": {"url": "https://x", "rel": "next"}})"));
  EXPECT_EQ(read_links("<https://x>"), parse_json(R"({"https://x": {"url": "https://x"}})"));
  EXPECT_EQ(read_links("nonsense"), Json::object());
}

TEST(DecodedResponse, JoinsRepeatedHeaders) {
  Response response;
  response.headers.add("X-A", "1");
  response.headers.add("x-a", "2");
  response.body = "[]";
  EXPECT_EQ(read_answer(response).headers, parse_json(R"({"X-A": "1, 2"})"));
}

}  // namespace connector::integration::answer_test
