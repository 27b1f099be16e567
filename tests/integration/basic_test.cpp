#include "integration/basic.h"

#include <gtest/gtest.h>

#include "connector/error.h"

namespace connector::integration::basic_test {

class Example final : public Connector {
 public:
  Url url;
  int version = 1;
  Json authorization_settings;

  void read(const Emit&) override {}
};

/// A source that stands for one of those that may be basic connectors.
Plugin vcenter() {
  return {.section = "vcenter",
          .mapping_name = "vCenter",
          .settings = {setting("url", &Example::url, {.help = "Address."}),
                       setting("version", &Example::version, {.help = "Version.", .default_value = 1}),
                       setting("authorization_settings", &Example::authorization_settings,
                               {.help = "Headers.", .default_value = ""})},
          .basic_connector = true,
          .make = make<Example>};
}

Plugin netbox() {
  return {.section = "netbox", .mapping_name = "Netbox", .settings = {}, .make = make<Example>};
}

class BasicConnectorTest : public testing::Test {
 protected:
  ConnectorSection make_it(const std::string& name, const Json& inputs) {
    definition_.basic_connector = name;
    definition_.section = {.name = "managed.7", .origin = "definition X (7)", .entries = {}};
    definition_.section.entries = {{"verify_ssl", "False", "config.ini:2"}, {"recordfilter", "x", "config.ini:3"}};
    return make_basic_connector(definition_, inputs, parse_json(R"({"Authorization": "Basic eA=="})"), plugins_,
                                {.variables = none_, .fetch_secrets = {}, .log = {}});
  }

  const Plugins plugins_ = Plugins({{"vcenter", vcenter}, {"netbox", netbox}});
  const EnvironmentVariables none_;
  Definition definition_;
};

TEST_F(BasicConnectorTest, InputsAreItsSettings) {
  const ConnectorSection made = make_it("vcenter", parse_json(R"({"url": "https://vc/", "version": 2, "noise": "x"})"));
  const auto& example = dynamic_cast<const Example&>(*made.connector);
  EXPECT_EQ(example.url.value, "https://vc");
  EXPECT_EQ(example.version, 2);
  EXPECT_FALSE(example.verify_ssl);
  EXPECT_EQ(example.authorization_settings, parse_json(R"({"Authorization": "Basic eA=="})"));
}

TEST_F(BasicConnectorTest, MissingInputsAreAFailure) {
  EXPECT_THROW(make_it("vcenter", Json::object()), ConfigError);
}

TEST_F(BasicConnectorTest, OnlyCertainSourcesMayBeUsed) {
  EXPECT_THROW(make_it("netbox", Json::object()), ConfigError);
  EXPECT_THROW(make_it("fortimanager", Json::object()), ConfigError);  // not in this catalogue
}

}  // namespace connector::integration::basic_test
