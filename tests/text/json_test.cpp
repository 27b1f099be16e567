#include "connector/json.h"

#include <gtest/gtest.h>

#include "text/lenient_json.h"

#include <cmath>
#include <limits>
#include <tuple>

namespace connector::json_test {

std::string error_of(std::string_view text) {
  try {
    parse_json(text);
  } catch (const JsonError& error) {
    return error.what();
  }
  return "no error";
}

std::string nested(std::size_t levels) {
  return std::string(levels, '[') + std::string(levels, ']');
}

TEST(ParseJson, KeepsKindsAndOrder) {
  const std::string text = R"({"b":1,"a":[true,false,null,-2,1.5,1.0,"x"],"":{},"e":[]})";
  const Json value = parse_json(text);
  EXPECT_TRUE(value["b"].is_number_integer());
  EXPECT_TRUE(value["a"][5].is_number_float());
  EXPECT_EQ(to_text(value), text);
}

TEST(ParseJson, ReadsScalarsAndWhiteSpace) {
  EXPECT_EQ(parse_json(" \n\t 7 \r\n"), Json(7));
  EXPECT_EQ(parse_json("\"\""), Json(""));
  EXPECT_EQ(parse_json("null"), Json());
  EXPECT_EQ(parse_json(R"("\u00e9\ud83d\ude00\n\/")"), Json("é😀\n/"));
}

TEST(ParseJson, IntegersAreExact) {
  for (const std::string digits : {"9223372036854775807", "-9223372036854775808", "18446744073709551615",
                                   "18446744073709551616", "-9223372036854775809", "89014103211118510720"}) {
    EXPECT_EQ(to_text(parse_json(digits)), digits);
    EXPECT_EQ(to_text(parse_json("{\"a\":[" + digits + "]}")), "{\"a\":[" + digits + "]}");
  }
  EXPECT_EQ(to_text(parse_json("-0")), "0");
  const Json big = parse_json("89014103211118510720");
  EXPECT_EQ(big_integer_digits(big), "89014103211118510720");
  EXPECT_EQ(big, big_integer("89014103211118510720"));
  EXPECT_EQ(big_integer_digits(Json(5)), std::nullopt);
  EXPECT_EQ(big_integer_digits(Json::binary({1, 2})), std::nullopt);
}

/// What becomes of a text: its values and their types, or the error.
std::string outcome(const std::string& text) {
  try {
    const Json value = parse_json(text);
    std::string types;
    for (const Json& item : value) types += std::string(item.type_name()) + (item.is_number_unsigned() ? "+ " : " ");
    return types + to_text(value);
  } catch (const JsonError& error) {
    return error.what();
  }
}

std::string outcome_of_items(const std::string& text) {
  std::string handed_over;
  try {
    const Json rest = parse_json_items(text, "list", [&](const Json& item) { handed_over += to_text(item) + ";"; });
    return handed_over + to_text(rest);
  } catch (const JsonError& error) {
    return handed_over + error.what();
  }
}

// Long texts are read by another library.
TEST(ParseJson, LongTextsAreReadAsShortOnesAre) {
  const std::string padding(1000, ' ');
  const std::string texts[] = {R"([0,[-0],1,-1,1.5,-0.0,1e2,1E-400,true,false,null,"",{},[]])",
                               R"([9223372036854775807,9223372036854775808,-9223372036854775808,18446744073709551615])",
                               R"([18446744073709551616,-9223372036854775809,89014103211118510720])",
                               R"(["\u00e9\ud83d\ude00\n\/\u0000","\ud83d","\ude00x"])",
                               "[\"\xc3\xa9\",\"\xf0\x9f\x98\x80\"]",
                               "[\"\xff\"]",
                               "[\"\xed\xa0\x80\"]",
                               "[\"\n\"]",
                               "\xef\xbb\xbf[1]",
                               "[1e400]",
                               "[NaN]",
                               "[01]",
                               "[1,]",
                               "[1] 2",
                               "{\"a\":1,}",
                               "{'a':1}",
                               R"({"a":1,"b":2,"a":3,"c":{"x":1,"x":2}})",
                               R"({"list":[1,{"a":2},[3]],"other":[4]})",
                               R"({"list":[1],"x":{"list":[2]},"list":[3,4]})",
                               R"({"list":[1,2],"list":5})",
                               R"({"list":[1,2,"\ud83d"]})",
                               R"({"list":[1,2,}])",
                               nested(499),
                               nested(500),
                               nested(501),
                               nested(1500),
                               "{\"list\":" + nested(501) + "}",
                               "\"text\"",
                               "17"};
  for (const std::string& text : texts) {
    EXPECT_EQ(outcome(text + padding), outcome(text)) << text;
    EXPECT_EQ(outcome_of_items(text + padding), outcome_of_items(text)) << text;
  }
}

TEST(ParseJson, IntegersBeyondTheRangeOfDoublesAreExact) {
  const std::string text = "[\"x\",1e300," + std::string(1000, '9') + ",-1" + std::string(400, '0') + "]";
  EXPECT_EQ(to_text(parse_json(text)), "[\"x\",1e+300," + text.substr(11));
  EXPECT_NE(error_of("[" + std::string(400, '9') + ",1e400]"), "no error");
  EXPECT_NE(error_of(std::string(10000, '9')), "no error");
}

TEST(ParseJson, NumbersBeyondDoublesAreErrors) {
  EXPECT_EQ(error_of("[1e400]"), "at character 6: a number is too large");
  EXPECT_EQ(error_of("[-1e400]"), "at character 7: a number is too large");
  EXPECT_EQ(parse_json("1e-400"), Json(0.0));
}

TEST(ParseJson, OfTwinKeysTheLastValueCountsInTheFirstPlace) {
  EXPECT_EQ(to_text(parse_json(R"({"a":1,"b":2,"a":{"c":3,"c":4},"d":5,"b":6})")), R"({"a":{"c":4},"b":6,"d":5})");
  std::string many = "{";
  for (int i = 0; i < 100; ++i) many += "\"k" + std::to_string(i % 60) + "\":" + std::to_string(i) + ",";
  const Json value = parse_json(many + "\"last\":0}");
  EXPECT_EQ(value.size(), 61U);
  EXPECT_EQ(value["k39"], Json(99));
  EXPECT_EQ(value["k40"], Json(40));
  EXPECT_EQ(value.begin().key(), "k0");
}

TEST(ParseJson, RefusesWhatIsNoJson) {
  for (const char* text : {"",
                           " ",
                           "{",
                           "[1,]",
                           "{\"a\":1,}",
                           "{\"a\"}",
                           "[1] 2",
                           "NaN",
                           "[Infinity]",
                           "-Infinity",
                           "nan",
                           "'a'",
                           "{a:1}",
                           "01",
                           "1.",
                           ".5",
                           "+1",
                           "\"a\nb\"",
                           "\"\\x\"",
                           "// c\n1",
                           "tru",
                           "\"\xff\"",
                           "\"\xc0\x80\"",
                           "\"\xed\xa0\x80\"",
                           "\xff\xfe[\x01]",
                           "\xef\xbb"}) {
    EXPECT_NE(error_of(text), "no error") << text;
  }
  EXPECT_NE(error_of(std::string_view("[1]\0[2]", 7)), "no error");
  EXPECT_NE(error_of(std::string_view("[1\0]", 4)), "no error");
}

TEST(ParseJson, SaysPositionAndCauseButNotTheText) {
  EXPECT_EQ(error_of("{\"a\":\n NaN}"), "at line 2, column 2: syntax error while parsing value - invalid literal");
  const std::string error = error_of("{\"password\": \"secret words, and no closing quote");
  EXPECT_EQ(error.find("secret"), std::string::npos) << error;
  EXPECT_NE(error.find("missing closing quote"), std::string::npos) << error;
  EXPECT_LT(error_of(std::string(5000, 'x')).size(), 100U);
}

TEST(ParseJson, DepthIsLimited) {
  EXPECT_EQ(to_text(parse_json(nested(500))), nested(500));
  EXPECT_EQ(error_of(nested(501)), "nested deeper than 500 levels");
  EXPECT_EQ(error_of(std::string(1000000, '[')), "nested deeper than 500 levels");
}

TEST(ParseJson, SkipsAByteOrderMark) {
  EXPECT_EQ(parse_json("\xef\xbb\xbf[1]"), Json({1}));
}

TEST(ParseJson, HalfASurrogatePairBecomesTheReplacementCharacter) {
  EXPECT_EQ(parse_json(R"(["cut \ud83d","\ude00 cut","\ud83d\ud83d\ude00","\\ud83d","\ud83d\n"])"),
            Json({"cut \uFFFD", "\uFFFD cut", "\uFFFD😀", "\\ud83d", "\uFFFD\n"}));
  EXPECT_EQ(to_text(parse_json(R"({"\ud83d":)" + std::string(400, '9') + "}")),
            "{\"\uFFFD\":" + std::string(400, '9') + "}");
  EXPECT_NE(error_of(R"(["\ud83d", "\ud8)"), "no error");
  EXPECT_NE(error_of(R"("\ud83d\)"), "no error");
}

TEST(ToText, PrettyIsLikePythons) {
  EXPECT_EQ(to_text(parse_json(R"({"a":[1,{"b":"é"}],"c":[],"d":{},"e":1.0})"), 2, true),
            "{\n  \"a\": [\n    1,\n    {\n      \"b\": \"\\u00e9\"\n    }\n  ],\n  \"c\": [],\n  \"d\": {},\n  \"e\": "
            "1.0\n}");
}

TEST(ToText, BigIntegersChangeNothingElse) {
  const Json plain = parse_json(R"({"a":[1,{"b":"é\u0001"}],"c":[],"d":{},"e":1.0,"n":7})");
  Json big = plain;
  big["n"] = big_integer("-18446744073709551616");
  for (const int indent : {-1, 0, 2, 4}) {
    for (const bool ascii : {false, true}) {
      std::string expected = to_text(plain, indent, ascii);
      expected.replace(expected.rfind('7'), 1, "-18446744073709551616");
      EXPECT_EQ(to_text(big, indent, ascii), expected);
    }
  }
}

TEST(ToText, NeverThrows) {
  EXPECT_EQ(to_text({{"k\xff", "a\xc3"}}), "{\"k\uFFFD\":\"a\uFFFD\"}");
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(to_text({nan, std::numeric_limits<double>::infinity(), big_integer("18446744073709551616")}),
            "[null,null,18446744073709551616]");
  EXPECT_EQ(to_text({nan}), "[null]");
  EXPECT_EQ(to_text(Json::binary({1})), "null");
}

TEST(IsEmpty, KnowsEmptyValues) {
  for (const char* text : {"null", "false", "0", "-0", "0.0", "-0.0", "\"\"", "[]", "{}"}) {
    EXPECT_TRUE(is_empty(parse_json(text))) << text;
  }
  for (const char* text : {"true", "1", "-1", "0.1", "\" \"", "[null]", "{\"\":0}", "18446744073709551616",
                           "18446744073709551615", "9223372036854775808"}) {
    EXPECT_FALSE(is_empty(parse_json(text))) << text;
  }
}

TEST(At, FollowsDottedNames) {
  const Json value = parse_json(R"({"a": {"b": 1, "c.d": 2}, "x.y": 3, "a.z": 4, "n": null, "n.k": 5,
                                    "l": [{"s": 6}, ["p"]], "t": "text", "": {"": 7}})");
  const std::vector<std::pair<std::string, Json>> table = {{"a.b", 1},
                                                           {"a.c.d", 2},
                                                           {"x.y", 3},
                                                           {"x", nullptr},
                                                           {"a.z", nullptr},
                                                           {"n.k", nullptr},
                                                           {"l.0.s", 6},
                                                           {"l.00.s", 6},
                                                           {"l.2.s", nullptr},
                                                           {"l.1.0", "p"},
                                                           {"l.s", nullptr},
                                                           {"t.x", nullptr},
                                                           {"t.text", nullptr},
                                                           {".", 7},
                                                           {"", {{"", 7}}},
                                                           {"l.-1.s", nullptr},
                                                           {"l.1.00", "p"},
                                                           {"l.1.1", nullptr},
                                                           {"l.0", {{"s", 6}}},
                                                           {"l.", nullptr},
                                                           {"A.b", nullptr},
                                                           {"a .b", nullptr},
                                                           {"n", nullptr},
                                                           {"a.b.c", nullptr},
                                                           {"..", nullptr},
                                                           {"l.99999999999999999999999.s", nullptr},
                                                           {"l.1.99999999999999999999999", nullptr},
                                                           {"l.0x.s", nullptr}};
  for (const auto& [name, expected] : table) EXPECT_EQ(at(value, name), expected) << name;
  EXPECT_EQ(&at(value, "a.b"), &value["a"]["b"]);
}

struct Items {
  std::string rest;
  std::string handed_over;
};

Items items_of(std::string_view text, std::string_view list) {
  Json items = Json::array();
  const Json rest = parse_json_items(text, list, [&](Json item) { items.push_back(std::move(item)); });
  return {to_text(rest), to_text(items)};
}

TEST(ParseJsonItems, HandsOverTheItemsOfOneList) {
  const std::tuple<const char*, const char*, const char*, const char*> table[] = {
      {R"({"total":2,"rows":[{"rows":[1]},[2],null,"x"],"a":[3]})", "rows", R"({"total":2,"rows":[],"a":[3]})",
       R"([{"rows":[1]},[2],null,"x"])"},
      {R"({"a":{"rows":[1]},"b":[["rows"]]})", "rows", R"({"a":{"rows":[1]},"b":[["rows"]]})", "[]"},
      {R"({"rows":{"rows":[1]}})", "rows", R"({"rows":{"rows":[1]}})", "[]"},
      {R"([{"rows":[1]},"rows",[2]])", "rows", R"([{"rows":[1]},"rows",[2]])", "[]"},
      {R"([{"a":[1]},[],2])", "", "[]", R"([{"a":[1]},[],2])"},
      {R"({"":[1]})", "", R"({"":[1]})", "[]"},
      {"7", "", "7", "[]"},
      {R"({"rows":[1],"a":2,"rows":[3,4]})", "rows", R"({"rows":[],"a":2})", "[3,4]"},
      {R"({"rows":[1],"rows":null})", "rows", R"({"rows":null})", "[]"},
      {R"({"rows":{"rows":[1]},"r\u006fws":[{"rows":[2]}]})", "rows", R"({"rows":[]})", R"([{"rows":[2]}])"},
  };
  for (const auto& [text, list, rest, handed_over] : table) {
    EXPECT_EQ(items_of(text, list).rest, rest) << text;
    EXPECT_EQ(items_of(text, list).handed_over, handed_over) << text;
  }
}

TEST(ParseJsonItems, HandsOverEachItemOnceWhateverHasToBeMadeGood) {
  const std::string digits(400, '7');
  const std::string text = R"([{"a":1,"a":2},"\ud800",)" + digits + "]";
  EXPECT_EQ(items_of(text, "").handed_over, R"([{"a":2},"�",)" + digits + "]");
}

TEST(ParseJsonItems, HandsOverNothingOfBrokenText) {
  for (const std::string& text : {std::string("[1,2"), std::string("[1,2]]"), "[1," + nested(500) + "]"}) {
    std::size_t items = 0;
    EXPECT_THROW(parse_json_items(text, "", [&](const Json&) { ++items; }), JsonError) << text;
    EXPECT_EQ(items, 0U) << text;
  }
}

TEST(ParseLenientJson, KeepsToSoManyValues) {
  bool mended = false;
  EXPECT_EQ(parse_lenient_json("[1,2]", mended, 3), Json({1, 2}));
  EXPECT_THROW(parse_lenient_json("[1,2,3]", mended, 3), TooManyValues);
  std::size_t items = 0;
  const auto take = [&](const Json&) { ++items; };
  parse_lenient_json_items(R"({"rows":[[1],[2],[3],[4]]})", "rows", take, mended, 3);
  EXPECT_EQ(items, 4U) << "each item by itself";
  EXPECT_THROW(parse_lenient_json_items(R"({"rows":[[1,2,3]]})", "rows", take, mended, 3), TooManyValues);
  EXPECT_THROW(parse_lenient_json_items(R"({"n":[1,2,3],"rows":[]})", "rows", take, mended, 3), TooManyValues);
}

TEST(At, LooksIntoListsAndNothingElse) {
  EXPECT_EQ(at(parse_json("[1,[2]]"), "1.0"), Json(2));
  EXPECT_EQ(at(parse_json(R"({"1":{"0":3}})"), "1.0"), Json(3));
  for (const char* text : {"null", "false", "0", "\"\"", "[]", "{}", "7", "\"text\"", "18446744073709551616"}) {
    EXPECT_EQ(at(parse_json(text), "0"), Json()) << text;
    EXPECT_EQ(at(parse_json(text), "0.a"), Json()) << text;
  }
}

TEST(AppendMember, Appends) {
  Json object = Json::object();
  append_member(object, "b", 1);
  append_member(object, "a", {2});
  EXPECT_EQ(to_text(object), R"({"b":1,"a":[2]})");
}

}  // namespace connector::json_test
