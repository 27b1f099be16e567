#include "mapping/field_mapping.h"

#include <gtest/gtest.h>

namespace connector::mapping_test {

Plugin plugin_with(const std::string& default_mapping, DataType data_type = DataType::assets) {
  Plugin plugin;
  plugin.section = "test";
  plugin.data_type = data_type;
  plugin.default_mapping = parse_json(default_mapping);
  return plugin;
}

class MappingTest : public testing::Test {
 protected:
  Json merged(const std::string& defaults, const std::string& cloud, const FieldSpecifications& ini = {},
              DataType data_type = DataType::assets) {
    return merged_mapping(plugin_with(defaults, data_type), parse_json(cloud), ini, Log());
  }

  std::string mapped(const std::string& specifications, const std::string& record, const SettingValues& values = {}) {
    FieldMapping mapping(field_specs(parse_json(specifications)), values, {built_in, nullptr}, {}, Log());
    Batch batch;
    batch.emplace_back(parse_json(record));
    Payload payload;
    Counts counts;
    mapping.map(batch, payload, counts);
    EXPECT_EQ(counts.failed, 0U);
    EXPECT_EQ(counts.skipped, payload.empty() ? 1U : 0U);
    return payload.empty() ? "skipped" : payload.records();
  }

  BuiltInConverters built_in{
      {.locations = [] { return Json::array(); }, .mac_model = [](const std::string&) { return ""; }}, Log()};
};

TEST_F(MappingTest, RecordsThatAreNotObjectsFail) {
  FieldMapping mapping(field_specs(parse_json(R"({"A": {"source": "a"}})")), {}, {built_in, nullptr}, {}, Log());
  Batch batch;
  for (const char* record : {"null", R"({"a": 1})", R"("text")", "[1]"}) batch.emplace_back(parse_json(record));
  Payload payload;
  Counts counts;
  mapping.map(batch, payload, counts);
  EXPECT_EQ(counts.failed, 3U);
  EXPECT_EQ(payload.records(), R"({"A":1})");
  EXPECT_EQ(batch[0].error, "it is not an object");
  EXPECT_EQ(batch[1].error, "");
}

TEST_F(MappingTest, TheCloudReplacesTheSourceAndKeepsTheRest) {
  EXPECT_EQ(merged(R"({"USER": {"source": "uid", "converter": "c", "required": true}})", R"({"login": "USER"})"),
            parse_json(R"({"USER": {"source": "login", "converter": "c", "required": true}})"));
}

TEST_F(MappingTest, OneSourceFillsManyFieldsAndTheLastEntryOfAFieldCounts) {
  EXPECT_EQ(merged("{}", R"({"a": ["X", "Y"], "b": "X"})"),
            parse_json(R"({"X": {"source": "b"}, "Y": {"source": "a"}})"));
}

TEST_F(MappingTest, EntriesOfTheCloudWithoutSourceOrFieldAreLeftOut) {
  EXPECT_EQ(merged("{}", R"({"": "X", "a": "", "b": null, "c": [1, "Y"]})"), parse_json(R"({"Y": {"source": "c"}})"));
}

TEST_F(MappingTest, TheIniChangesOnlyWhatItNames) {
  EXPECT_EQ(merged("{}", R"({"a": "X"})", {{"X", {{"converter", "capitalize"}}}}),
            parse_json(R"({"X": {"source": "a", "converter": "capitalize"}})"));
}

TEST_F(MappingTest, TheIniKindOfValueWins) {
  EXPECT_EQ(merged("{}", R"({"a": "X"})", {{"X", {{"hardcoded", "HQ"}}}}), parse_json(R"({"X": {"hardcoded": "HQ"}})"));
  EXPECT_EQ(merged("{}", R"({"a": "X"})", {{"X", {{"setting", "url"}}}}), parse_json(R"({"X": {"setting": "url"}})"));
}

TEST_F(MappingTest, UsersGetPositionAndPermissionsUnlessMapped) {
  EXPECT_EQ(merged("{}", R"({"title": "POSITION"})", {}, DataType::users),
            parse_json(R"({"POSITION": {"source": "title"}, "PERMISSIONS_ID": {"setting": "default_role"}})"));
  EXPECT_EQ(merged("{}", "{}"), Json::object());
}

TEST_F(MappingTest, DefaultConvertersGoToFieldsThatNameNone) {
  Plugin plugin = plugin_with("{}");
  plugin.default_converters = {{"seen", "timestamp"}};
  EXPECT_EQ(
      merged_mapping(plugin, parse_json(R"({"seen": ["A", "B"]})"), {{"B", {{"converter", nullptr}}}}, Log()),
      parse_json(R"({"A": {"source": "seen", "converter": "timestamp"}, "B": {"source": "seen", "converter": null}})"));
}

TEST_F(MappingTest, KeepsTheOrderInWhichFieldsFirstAppear) {
  const Json fields = merged(R"({"C": {"source": "c"}})", R"({"b": "B", "c2": "C"})", {{"A", {{"source", "a"}}}});
  std::string order;
  for (const auto& [field, specification] : fields.items()) order += field;
  EXPECT_EQ(order, "CBA");
}

TEST_F(MappingTest, FieldsNeedAKindOfValue) {
  EXPECT_EQ(incomplete_fields(parse_json(R"({"A": {"converter": "x"}, "B": {"source": ""}, "C": {"hardcoded": null},
                                             "D": {"hardcoded": ""}, "E": {"setting": "s"}})")),
            (std::vector<std::string>{"A", "B", "C"}));
}

TEST_F(MappingTest, MapsSourcesSettingsAndHardcodedValues) {
  EXPECT_EQ(
      mapped(
          R"({"A": {"source": "x.y"}, "B": {"setting": "role"}, "C": {"setting": "nothing"}, "D": {"hardcoded": [1]}})",
          R"({"x": {"y": 7.5}})", {{"role", "25"}}),
      R"({"A":7.5,"B":"25","C":null,"D":[1]})");
}

TEST_F(MappingTest, ValuesAreEscapedAndKeptExactly) {
  EXPECT_EQ(mapped(R"({"A \"1\"": {"source": "a"}, "B": {"source": "b"}, "C": {"source": "c"}})",
                   R"({"a": "say \"hé\"\n\\", "b": 89014103211118510720, "c": {"k": false}})"),
            R"({"A \"1\"":"say \"hé\"\n\\","B":89014103211118510720,"C":{"k":false}})");
}

TEST_F(MappingTest, ConvertsWithParameters) {
  EXPECT_EQ(mapped(R"({"A": {"source": "path", "converter": "split:on=/|index=1"}})", R"({"path": "a/b/c"})"),
            R"({"A":"b"})");
}

TEST_F(MappingTest, AFailingConverterGivesNull) {
  EXPECT_EQ(mapped(R"({"A": {"source": "mail", "converter": "split_email"}})", R"({"mail": 5})"), R"({"A":null})");
}

TEST_F(MappingTest, RecordsWithoutARequiredValueAreLeftOut) {
  const std::string specification = R"({"A": {"source": "a", "required": "yes"}})";
  EXPECT_EQ(mapped(specification, R"({"a": "x"})"), R"({"A":"x"})");
  for (const char* record :
       {R"({"a": ""})", R"({"a": null})", "{}", R"({"a": 0})", R"({"a": []})", R"({"a": false})"}) {
    EXPECT_EQ(mapped(specification, record), "skipped") << record;
  }
}

TEST_F(MappingTest, WithoutFieldsEveryRecordIsLeftOut) {
  EXPECT_EQ(mapped("{}", R"({"a": 1})"), "skipped");
}

TEST_F(MappingTest, AnUnknownConverterIsNamed) {
  try {
    FieldMapping(field_specs(parse_json(R"({"OWNER": {"source": "o", "converter": "captalize"}})")), {},
                 {built_in, nullptr}, {}, Log());
    FAIL() << "no error";
  } catch (const ConfigError& error) {
    EXPECT_NE(std::string(error.what()).find("mapping.OWNER"), std::string::npos);
    EXPECT_NE(std::string(error.what()).find("captalize"), std::string::npos);
  }
}

}  // namespace connector::mapping_test
