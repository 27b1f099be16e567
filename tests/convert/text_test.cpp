#include <gtest/gtest.h>

#include "convert/converters.h"

namespace connector::text_test {

/// Runs "name:parameters" on a value of a record.
Json convert(std::string_view text, const Json& value, const Json& record = Json::object()) {
  const BuiltInConverters converters({}, Log());
  const ConverterCall call = parse_converter(text);
  const auto* converter = BuiltInConverters::find(call.name);
  if (!converter) throw std::runtime_error("no converter " + call.name);
  return converters.convert(*converter, record, value, call.parameters);
}

Json json(std::string_view text) {
  return parse_json(text);
}

const char* const empty_values[] = {"null", "false", "0", "0.0", "\"\"", "[]", "{}"};
const char* const wrong_values[] = {"true", "7", "1.5", "[1]", "{\"a\":1}", "18446744073709551616"};

TEST(Parameters, AreSplitAtBarsAndFirstEqualsSigns) {
  const ConverterCall call = parse_converter("split:on==|index= 1 |flag|on=a:b");
  EXPECT_EQ(call.name, "split");
  EXPECT_EQ(*call.parameters.find("on"), Json("a:b"));
  EXPECT_EQ(*call.parameters.find("index"), Json(" 1 "));
  EXPECT_EQ(*call.parameters.find("flag"), Json(true));
  EXPECT_EQ(call.parameters.find("INDEX"), nullptr);
  EXPECT_EQ(std::distance(call.parameters.begin(), call.parameters.end()), 3);
  EXPECT_EQ(call.parameters.begin()->first, "on");
  const ConverterCall bare = parse_converter("split:");
  EXPECT_EQ(bare.name, "split");
  EXPECT_EQ(bare.parameters.begin(), bare.parameters.end());
}

TEST(BuiltInConverters, AreFoundByTheirExactNames) {
  for (const char* name :
       {"capitalize", "split", "split_email", "first_from_full", "last_from_full", "concat", "first_field", "memberOf",
        "ldap_user_field", "casper_extension_attribute", "uber_manager", "uber_position", "location",
        "mac_model_from_sn", "timestamp", "date_format", "ldap_timestamp"}) {
    ASSERT_NE(BuiltInConverters::find(name), nullptr) << name;
    EXPECT_EQ(BuiltInConverters::find(name)->name, name);
  }
  for (const char* name : {"Capitalize", "memberof", "", " split", "split:on=/"}) {
    EXPECT_EQ(BuiltInConverters::find(name), nullptr) << name;
  }
}

TEST(Converters, LeaveEmptyValuesAsTheyAre) {
  for (const char* name : {"capitalize", "split:on=/", "split", "split_email", "first_from_full", "last_from_full"}) {
    for (const char* value : empty_values) EXPECT_EQ(convert(name, json(value)), json(value)) << name << ' ' << value;
  }
}

TEST(Converters, LeaveOtherTypesAsTheyAre) {
  for (const char* name : {"capitalize", "split:on=/", "split", "first_field:fields=a"}) {
    for (const char* value : wrong_values) EXPECT_EQ(convert(name, json(value)), json(value)) << name << ' ' << value;
  }
}

TEST(Converters, FailForOtherTypes) {
  for (const char* name :
       {"split_email", "first_from_full", "last_from_full", "uber_manager", "uber_position", "location"}) {
    for (const char* value : wrong_values) EXPECT_THROW(convert(name, json(value)), ConversionError) << name << value;
  }
}

TEST(Capitalize, KnowsUnicode) {
  const std::pair<const char*, const char*> table[] = {{"élan VITAL", "Élan vital"},
                                                       {"ANN o'NEIL", "Ann o'neil"},
                                                       {"a", "A"},
                                                       {" ABC", " abc"},
                                                       {"ßA", "Ssa"},
                                                       {"ǆUR", "ǅur"},
                                                       {"ΑΣ", "Ας"},
                                                       {"ΟΔΟΣ ΣΑΣ", "Οδος σας"},
                                                       {"AΣ", "Aς"},
                                                       {"Σ", "Σ"},
                                                       {"Ο'Σ", "Ο'ς"},
                                                       {"ΟΣ'Α", "Οσ'α"},
                                                       {"1'Σ", "1'σ"},
                                                       {"ʰΣ", "ʰσ"},
                                                       {"xİ", "Xi̇"},
                                                       {"ﬁN", "Fin"},
                                                       {"日本A", "日本a"},
                                                       {"1É", "1é"},
                                                       {"😀É", "😀é"}};
  for (const auto& [text, expected] : table) EXPECT_EQ(convert("capitalize", text), Json(expected)) << text;
  EXPECT_EQ(convert("capitalize",
                    "a\xff"
                    "B"),
            Json("a\xff"
                 "B"));
}

TEST(Split, TakesAPart) {
  const Json path = "eu/ie/galway/dc1";
  EXPECT_EQ(convert("split:on=/", path), Json("eu"));
  EXPECT_EQ(convert("split:on=/|index=2", path), Json("galway"));
  EXPECT_EQ(convert("split:on=/|index= +2 ", path), Json("galway"));
  EXPECT_EQ(convert("split:on=/|index=-1", path), Json("dc1"));
  EXPECT_EQ(convert("split:on=/|index=２", path), Json("galway"));
  EXPECT_EQ(convert("split:on=/|index=-4", path), Json("eu"));
  EXPECT_EQ(convert("split:on=ie/g|index=1", path), Json("alway/dc1"));
  EXPECT_EQ(convert("split:on==|index=1", "k=v=w"), Json("v"));
  EXPECT_EQ(convert("split:on=,|index=1", "a,,b"), Json(""));
  EXPECT_EQ(convert("split:on=é|index=1", "aébéc"), Json("b"));
}

TEST(Split, WithoutAPartIsTheValue) {
  const Json path = "eu/ie";
  for (const char* call : {"split:on=/|index=2", "split:on=/|index=-3", "split:on=", "split:on", "split:on=/|index=x",
                           "split:on=/|index=", "split:on=/|index", "split:on=/|index=1.0", "split:on=/|index=+-1",
                           "split:on=/|index=99999999999999999999", "split:on=x"}) {
    EXPECT_EQ(convert(call, path), path) << call;
  }
}

TEST(Split, AtWhiteSpace) {
  EXPECT_EQ(convert("split:index=1", "  Ann \t\u00a0 Marie\u2003O'Neil \x1f"), Json("Marie"));
  EXPECT_EQ(convert("split:index=-1", "Ann Marie\u3000O'Neil\x85"), Json("O'Neil\x85"));
  EXPECT_EQ(convert("split:index=-1", "Ann Marie\u3000O'Neil\u0085"), Json("O'Neil"));
  EXPECT_EQ(convert("split", "a\u200bb"), Json("a\u200bb"));
  EXPECT_EQ(convert("split", " \u2028 "), Json(" \u2028 "));
}

TEST(Split, TakesParametersOfCode) {
  const BuiltInConverters converters({}, Log());
  Parameters parameters;
  parameters.set("on", "/");
  parameters.set("index", -1);
  EXPECT_EQ(converters.convert(*BuiltInConverters::find("split"), Json::object(), "a/b", parameters), Json("b"));
  parameters.set("on", 5);
  EXPECT_EQ(converters.convert(*BuiltInConverters::find("split"), Json::object(), "a/b", parameters), Json("a/b"));
}

TEST(Names, AreTakenApart) {
  EXPECT_EQ(convert("split_email", "ann@UBER.com@x"), Json("ann"));
  EXPECT_EQ(convert("split_email", "ann"), Json("ann"));
  EXPECT_EQ(convert("split_email", "@x"), Json(""));
  EXPECT_EQ(convert("first_from_full", "Ann Marie O'Neil"), Json("Ann"));
  EXPECT_EQ(convert("last_from_full", "Ann Marie O'Neil"), Json("O'Neil"));
  EXPECT_EQ(convert("first_from_full", "Smith "), Json("Smith"));
  EXPECT_EQ(convert("last_from_full", "Smith "), Json(""));
  EXPECT_EQ(convert("first_from_full", " Smith"), Json(""));
  EXPECT_EQ(convert("first_from_full", "Ann\tSmith"), Json("Ann\tSmith"));
  EXPECT_EQ(convert("last_from_full", "Smith"), Json("Smith"));
}

TEST(Uber, KnowsManagersAndPositions) {
  EXPECT_EQ(convert("uber_manager", "uid=boss,ou=people,dc=x"), Json("boss"));
  EXPECT_EQ(convert("uber_manager", "uid=boss"), Json("boss"));
  for (const char* text : {"uid=", "uid=,ou=people", "cn=uid=boss,x", "UID=boss,x", "Ann"}) {
    EXPECT_EQ(convert("uber_manager", text), Json(text));
  }
  EXPECT_EQ(convert("uber_position", "ann@uber.com"), Json("Employee"));
  EXPECT_EQ(convert("uber_position", "ann@UBER.com"), Json("Contractor"));
  EXPECT_EQ(convert("uber_position", "ann@uber.com "), Json("Contractor"));
  for (const char* value : empty_values) {
    EXPECT_EQ(convert("uber_manager", json(value)), Json());
    EXPECT_EQ(convert("uber_position", json(value)), Json("Contractor"));
  }
}

TEST(MemberOf, TakesTheFirstNameInTheOrderWritten) {
  const char* call = "memberOf:Admins=1|Staff=2|flag|default=9";
  EXPECT_EQ(convert(call, json(R"(["Staff","Admins"])")), Json("1"));
  EXPECT_EQ(convert(call, json(R"(["Staffers",7,null,"Staff"])")), Json("2"));
  EXPECT_EQ(convert(call, json(R"(["flag"])")), Json(true));
  EXPECT_EQ(convert(call, json(R"(["staff","default"])")), Json("9"));
  EXPECT_EQ(convert(call, "CN=Staff,DC=x"), Json("2"));
  EXPECT_EQ(convert(call, "nobody"), Json("9"));
  EXPECT_EQ(convert(call, json(R"({"Staff":null})")), Json("2"));
  for (const char* value : {"\"\"", "[]", "{}"}) EXPECT_EQ(convert(call, json(value)), Json("9"));
  for (const char* value : {"null", "false", "0", "true", "7", "1.5"}) EXPECT_EQ(convert(call, json(value)), Json());
  EXPECT_EQ(convert("memberOf:Admins=1", json(R"(["x"])")), Json());
  EXPECT_EQ(convert("memberOf", json(R"(["x"])")), Json());
}

}  // namespace connector::text_test
