#include <gtest/gtest.h>

#include "convert/converters.h"

namespace connector::record_test {

const Json record = parse_json(R"({"id":7,"serial":" S1 ","name":"élan VITAL","empty":null,"blank":"  ","none":"",
  " b":"spaced","site":{"name":"x"},"site.name":"dotted","sAMAccountName":"ann.m","it's":"quote",
  "extension_attributes":[{"name":"Owner"},{"no":1},{"name":"Warranty","value":"2027"},{"name":"Warranty","value":2}]})");

Json convert(std::string_view text, const Json& value, const Json& of = record, ConverterServices services = {}) {
  const BuiltInConverters converters(std::move(services), Log());
  const ConverterCall call = parse_converter(text);
  return converters.convert(*BuiltInConverters::find(call.name), of, value, call.parameters);
}

TEST(Concat, JoinsTextsAndFields) {
  const std::pair<const char*, Json> table[] = {{"concat:values=name,'-',serial", "élan VITAL-S1"},
                                                {"concat:values=name,\" - \",serial", "élan VITAL - S1"},
                                                {"concat:values=nothing,serial", "S1"},
                                                {"concat:values=none,blank", ""},
                                                {"concat:values=name, b", "élan VITALspaced"},
                                                {"concat:values=site.name", "dotted"},
                                                {"concat:values='',serial,\"\"", "S1"},
                                                {"concat:values='it's'", "it's"},
                                                {"concat:values='x\",serial", "S1"},
                                                {"concat:values=empty,serial", nullptr},
                                                {"concat:values=id,serial", nullptr},
                                                {"concat:values=site", nullptr},
                                                {"concat:values=serial,", nullptr},
                                                {"concat:values=,serial", nullptr},
                                                {"concat:values=", nullptr},
                                                {"concat:values", nullptr},
                                                {"concat", nullptr}};
  for (const auto& [call, expected] : table) {
    EXPECT_EQ(convert(call, nullptr), expected) << call;
    EXPECT_EQ(convert(call, 5), expected) << call;
  }
}

TEST(FirstField, TakesTheFirstTextThatIsNotEmpty) {
  EXPECT_EQ(convert("first_field:fields=nothing,blank,serial", nullptr), Json("S1"));
  EXPECT_EQ(convert("first_field:fields=nothing,,none,blank,serial", ""), Json("S1"));
  EXPECT_EQ(convert("first_field:fields=serial", "  "), Json("  "));
  EXPECT_EQ(convert("first_field:fields=serial", {1}), Json({1}));
  EXPECT_EQ(convert("first_field", "x"), Json("x"));
  for (const char* call : {"first_field", "first_field:fields", "first_field:fields=", "first_field:fields=blank,none",
                           "first_field:fields=empty,serial", "first_field:fields=id,serial"}) {
    EXPECT_EQ(convert(call, nullptr), Json()) << call;
    EXPECT_EQ(convert(call, false), Json()) << call;
  }
}

TEST(LdapUserField, FallsBackToTheAccount) {
  EXPECT_EQ(convert("ldap_user_field", 0), Json("ann.m"));
  EXPECT_EQ(convert("ldap_user_field", "x"), Json("x"));
  EXPECT_EQ(convert("ldap_user_field", 5), Json(5));
  EXPECT_EQ(convert("ldap_user_field", "", Json::object()), Json());
}

TEST(CasperExtensionAttribute, FindsByName) {
  const char* name = "casper_extension_attribute";
  EXPECT_EQ(convert("casper_extension_attribute:attr=Warranty|default=none", 5), Json("2027"));
  EXPECT_EQ(convert("casper_extension_attribute:attr=Owner|default=none", 5), Json());
  EXPECT_EQ(convert("casper_extension_attribute:attr=Nope|default=none", 5), Json("none"));
  EXPECT_EQ(convert("casper_extension_attribute:attr=Nope", 5), Json());
  EXPECT_EQ(convert("casper_extension_attribute:attr=Nope|default=none", 5, Json::object()), Json("none"));
  EXPECT_EQ(convert("casper_extension_attribute:default=none", 5), Json("none"));
  EXPECT_EQ(convert(name, 5), Json());
  for (const char* attributes : {"null", "7", "\"text\"", "{}", "[7]", "[{\"name\":\"x\"},null]"}) {
    const Json broken = {{"extension_attributes", parse_json(attributes)}};
    EXPECT_THROW(convert("casper_extension_attribute:attr=Nope|default=none", 5, broken), ConversionError)
        << attributes;
  }
}

TEST(MacModel, AsksForTheSerialNumber) {
  std::vector<std::string> asked;
  const auto model = [&](const std::string& answer) {
    return ConverterServices{.locations = {}, .mac_model = [&asked, answer](const std::string& number) {
                               asked.push_back(number);
                               if (answer.empty()) throw std::runtime_error("no network");
                               return answer;
                             }};
  };
  const Json mac = {{"general", {{"serial_number", " C02 "}}}};
  EXPECT_EQ(convert("mac_model_from_sn", "Mac", mac, model("MacBook Pro")), Json("MacBook Pro"));
  EXPECT_EQ(convert("mac_model_from_sn", "Mac", mac, model("Error: unknown")), Json("Mac"));
  EXPECT_EQ(convert("mac_model_from_sn", {1}, mac, model("")), Json({1}));
  EXPECT_EQ(asked, (std::vector<std::string>{"C02", "C02", "C02"}));
  const Json nameless = {{"general", {{"serial_number", "  "}}}};
  EXPECT_EQ(convert("mac_model_from_sn", "Mac", nameless, model("MacBook Pro")), Json("Mac"));
  EXPECT_EQ(asked.size(), 3U);
  for (const char* broken :
       {"{}", "{\"general\":{}}", "{\"general\":null}", "{\"general\":{\"serial_number\":null}}"}) {
    EXPECT_THROW(convert("mac_model_from_sn", "Mac", parse_json(broken), model("x")), ConversionError) << broken;
  }
}

}  // namespace connector::record_test
