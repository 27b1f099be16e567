#include "text/xml.h"

#include <gtest/gtest.h>

#include "connector/error.h"

namespace connector::xml_test {

constexpr std::size_t max_values = 1'000'000;

Json xml(const std::string& text) {
  return read_xml(text, max_values).value_or("no XML");
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
  EXPECT_FALSE(read_xml("<a><b></a>", max_values));
  EXPECT_FALSE(read_xml("<a>&nbsp;</a>", max_values));
  EXPECT_FALSE(read_xml("<a/><b/>", max_values));
  EXPECT_FALSE(read_xml("plain", max_values));
  EXPECT_FALSE(read_xml(R"(<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>)", max_values));
}

TEST(Xml, IsNoneWhenItIsNestedTooDeeply) {
  std::string deep;
  for (int i = 0; i < 600; ++i) deep += "<a>";
  for (int i = 0; i < 600; ++i) deep += "</a>";
  EXPECT_FALSE(read_xml(deep, max_values));
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

TEST(Xml, WithMoreElementsThanAllowedIsAnError) {
  EXPECT_TRUE(read_xml("<a><b/></a>", 2));
  EXPECT_THROW(read_xml("<a><b/><b/></a>", 2), SourceError);
}

}  // namespace connector::xml_test
