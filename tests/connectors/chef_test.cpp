#include <gtest/gtest.h>

#include "chef/audit.h"
#include "chef/signature.h"
#include "connector/json.h"
#include "connectors/source_test.h"
#include "platform/files.h"
#include "support/loopback_server.h"

namespace connector::chef {
Plugin plugin();
}

namespace connector::chef::chef_test {

using namespace std::chrono;

/// A fixed key, request and signatures: tests/connectors/chef_signature_vector.json.
class ChefSignature : public testing::Test {
 protected:
  Json vector = parse_json(read_file(SOURCE_FOLDER "/tests/connectors/chef_signature_vector.json"));
  PrivateKey key = PrivateKey::from_pem(vector["key_pem"].get<std::string>());
  SignedRequest request{.method = vector["method"].get<std::string>(),
                        .path = vector["path"].get<std::string>(),
                        .time = sys_days(2024y / February / 29) + 23h + 59min + 58s + 987654us,
                        .user = vector["user"].get<std::string>()};

  void expect_headers(SignVersion version, const Json& expected) {
    const Headers headers = signed_headers(request, version, key);
    std::size_t count = 0;
    for (const auto& [name, value] : expected.items()) {
      EXPECT_EQ(headers.find(name), value.get<std::string>()) << name;
      ++count;
    }
    EXPECT_EQ(std::distance(headers.begin(), headers.end()), static_cast<std::ptrdiff_t>(count));
  }
};

TEST_F(ChefSignature, AKeyThatIsTooShortIsToldHowLongItMustBe) {
  EXPECT_THROW(
      {
        try {
          key.sign_raw(std::string(246, 'x'));
        } catch (const std::invalid_argument& error) {
          EXPECT_STREQ(error.what(), "is an RSA key of 2048 bits, too short for a text of 246 bytes: use 4096 bits");
          throw;
        }
      },
      std::invalid_argument);
  EXPECT_EQ(key.sign_raw(std::string(245, 'x')).size(), 256U);
}

TEST_F(ChefSignature, Version1_0) {
  EXPECT_EQ(canonical_text(request, SignVersion::v1_0), vector["1.0"]["canonical"].get<std::string>());
  expect_headers(SignVersion::v1_0, vector["1.0"]["headers"]);
}

TEST_F(ChefSignature, Version1_3) {
  EXPECT_EQ(canonical_text(request, SignVersion::v1_3), vector["1.3"]["canonical"].get<std::string>());
  expect_headers(SignVersion::v1_3, vector["1.3"]["headers"]);
}

TEST_F(ChefSignature, ThePathIsMadeCanonical) {
  const auto path_line = [&](const std::string& path) {
    request.path = path;
    const std::string text = canonical_text(request, SignVersion::v1_3);
    return text.substr(text.find("Path:") + 5, text.find('\n', text.find("Path:")) - text.find("Path:") - 5);
  };
  EXPECT_EQ(path_line("/"), "/");
  EXPECT_EQ(path_line("///"), "/");
  EXPECT_EQ(path_line(""), "/");
  EXPECT_EQ(path_line("//a///b//"), "/a/b");
}

TEST_F(ChefSignature, ATextThatIsTooLongForTheKeyIsAnError) {
  EXPECT_THROW(key.sign_raw(std::string(256 - 10, 'x')), std::invalid_argument);
  EXPECT_EQ(key.sign_raw(std::string(256 - 11, 'x')).size(), 256U);
}

/// The connector and a server for organization acme.
class ChefServer : public SourceTest {
 protected:
  const std::string nodes = "/organizations/acme/search/node";
  const std::string pem =
      parse_json(read_file(SOURCE_FOLDER "/tests/connectors/chef_signature_vector.json"))["key_pem"].get<std::string>();
  test::LoopbackServer server;

  void read_nodes(const std::vector<test::Answer>& pages, const std::string& sign_version) {
    server.on("GET", nodes, pages);
    read(plugin(), {{"url", server.url("/organizations/acme/")},
                    {"client", "pivotal"},
                    {"key_file", write("user.pem", pem)},
                    {"sign_version", sign_version}});
    EXPECT_TRUE(problems.empty());
  }
};

TEST_F(ChefServer, ChecksTheSignatureOfEachRequest) {
  const auto signed_as = [this](SignVersion version, const test::Received& request, sys_seconds begin) {
    const PrivateKey key = PrivateKey::from_pem(pem);
    for (sys_seconds time = begin; time <= system_clock::now(); time += 1s) {
      bool same = true;
      for (const auto& [name, value] : signed_headers({"GET", nodes, time, "pivotal"}, version, key)) {
        same = same && request.header(name) == value;
      }
      if (same) return true;
    }
    return false;
  };
  for (const auto& [text, version] : {std::pair{"1.0", SignVersion::v1_0}, {"1.3", SignVersion::v1_3}}) {
    const auto begin = floor<seconds>(system_clock::now());
    read_nodes({{.body = R"({"rows": []})"}}, text);
    EXPECT_EQ(failure, "");
    EXPECT_TRUE(signed_as(version, server.requests().back(), begin)) << text;
  }
}

TEST_F(ChefServer, WithoutATotalAPageOfLessThanAThousandIsTheLast) {
  Json rows = Json::array();
  for (int i = 0; i < 1000; ++i) rows.push_back(Json::object());
  read_nodes({{.body = to_text(Json{{"rows", rows}})}, {.body = R"({"rows": [{}]})"}, {.status = 404}}, "1.0");
  EXPECT_EQ(failure, "");
  EXPECT_EQ(records.size(), 1001U);
  EXPECT_EQ(server.requests().size(), 2U);
}

TEST_F(ChefServer, APageWithoutRowsIsTheLastWhateverTheTotal) {
  read_nodes({{.body = R"({"total": 9000, "rows": [{}]})"}, {.body = R"({"total": 9000, "rows": []})"}}, "1.0");
  EXPECT_EQ(failure, "");
  EXPECT_EQ(records.size(), 1U);
  EXPECT_EQ(server.requests().size(), 2U);
}

TEST(ChefKey, MustBeAnUnencryptedRsaKey) {
  EXPECT_THROW(PrivateKey::from_pem(""), std::invalid_argument);
  EXPECT_THROW(PrivateKey::from_pem("-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n"),
               std::invalid_argument);
  EXPECT_THROW(PrivateKey::from_pem("-----BEGIN PRIVATE KEY-----\n"
                                    "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
                                    "-----END PRIVATE KEY-----\n"),
               std::invalid_argument)
      << "an Ed25519 key (RFC 8410, 10.3)";
}

Json hardware_of(const std::string& node, const AuditSettings& settings = {}) {
  return audit(parse_json(node), settings)["hardware"];
}

TEST(ChefAudit, ANodeWithoutAnythingHasEveryKey) {
  const Json hardware = hardware_of("{}");
  EXPECT_EQ(hardware.size(), 15U);
  for (const auto& [key, value] : hardware.items()) EXPECT_TRUE(value.is_null()) << key;
}

TEST(ChefAudit, EveryOtherKind) {
  const Json hardware = hardware_of(R"({"name": "n", "automatic": {"ipaddress": "10.0.0.5", "macaddress": "02:00",
      "hostname": "h", "fqdn": "h.x", "domain": "x", "platform": "debian", "platform_version": "12", "uptime_seconds": 7,
      "cpu": {"0": {"model_name": "Xeon"}, "total": 4}, "memory": {"total": "2048kB"}, "hardware": {"serial_number": "S"},
      "filesystem": {"/": {"kb_size": 1}, "by_mountpoint": {"/": {"kb_size": 3072}}}}})");
  EXPECT_EQ(to_text(hardware),
            R"({"name":"n","ip_address":"10.0.0.5","mac_address":"02:00","hostname":"h","fqdn":"h.x","domain":"x",)"
            R"("platform":"debian","platform_version":"12","uptime_seconds":7,"serial_number":null,"model":null,)"
            R"("cpu":"Xeon","cpu_count":4,"total_memory_mb":2.0,"total_hdd_mb":3.0})");
}

TEST(ChefAudit, Windows) {
  const Json hardware =
      hardware_of(R"({"name": "w1", "automatic": {"platform": "windows", "memory": {"total": "8388608kB"},
      "kernel": {"os_info": {"serial_number": "SN"}, "cs_info": {"model": "M", "number_of_processors": 2}},
      "cpu": [{"model_name": "Xeon"}], "filesystem": {"D:": {"kb_size": 2048}, "C:": {"kb_size": 4096}}}})");
  EXPECT_EQ(hardware["name"], "w1");
  EXPECT_EQ(hardware["total_memory_mb"], 8192);
  EXPECT_EQ(hardware["total_hdd_mb"], 2);
  EXPECT_EQ(hardware["serial_number"], "SN");
  EXPECT_EQ(hardware["model"], "M");
  EXPECT_EQ(hardware["cpu"], "Xeon");
  EXPECT_EQ(hardware["cpu_count"], 2);
}

TEST(ChefAudit, AWindowsVolumeThatIsNoObjectIsNull) {
  EXPECT_TRUE(
      hardware_of(R"({"automatic": {"platform": "windows", "filesystem": {"C:": "full"}}})")["total_hdd_mb"].is_null());
  EXPECT_TRUE(hardware_of(R"({"automatic": {"platform": "windows", "filesystem": {}}})")["total_hdd_mb"].is_null());
}

TEST(ChefAudit, Mac) {
  const Json hardware = hardware_of(R"({"automatic": {"platform": "mac_os_x", "memory": {"total": "16384MB"},
      "hardware": {"serial_number": "C02", "machine_model": "MacBookPro18,1", "number_processors": 1}, "cpu": {"model_name": "M1"},
      "filesystem": {"by_mountpoint": {"/": {"kb_size": "4028440kB"}}}}})");
  EXPECT_EQ(hardware["total_memory_mb"], 16384);
  EXPECT_EQ(hardware["total_hdd_mb"], 3934.0234375);
  EXPECT_EQ(hardware["serial_number"], "C02");
  EXPECT_EQ(hardware["model"], "MacBookPro18,1");
  EXPECT_EQ(hardware["cpu"], "M1");
  EXPECT_EQ(hardware["cpu_count"], 1);
}

TEST(ChefAudit, DigitsAtTheBeginningOfATextCount) {
  const auto mac_memory = [](const std::string& total) {
    return hardware_of(R"({"automatic": {"platform": "mac_os_x", "memory": {"total": )" + total +
                       "}}}")["total_memory_mb"];
  };
  EXPECT_EQ(mac_memory("1536.9"), 1536);
  EXPECT_EQ(mac_memory("\"0MB\""), 0);
  EXPECT_EQ(mac_memory("\"0042\""), 42);
  EXPECT_TRUE(mac_memory("\"MB\"").is_null());
  EXPECT_TRUE(mac_memory("null").is_null());
  EXPECT_TRUE(hardware_of(R"({"automatic": {"memory": {"total": "0kB"}}})")["total_memory_mb"].is_null());
}

TEST(ChefAudit, NodeMappingsGiveOtherPlaces) {
  const AuditSettings settings{nullptr, parse_json(R"({"windows": {"serial_number": "a.sn", "model": "a.m"},
                                                       "__default__": {"serial_number": "b.sn", "model": "b.m"}})")};
  const Json windows =
      hardware_of(R"({"a": {"sn": "A", "m": "ignored"}, "automatic": {"platform": "windows"}})", settings);
  EXPECT_EQ(windows["serial_number"], "A");
  EXPECT_TRUE(windows["model"].is_null());
  const Json linux = hardware_of(R"({"b": {"sn": "B", "m": "M"}, "automatic": {"platform": "debian"}})", settings);
  EXPECT_EQ(linux["serial_number"], "B");
  EXPECT_EQ(linux["model"], "M");
  for (const std::string empty : {R"("")", "null", "0", "false"}) {
    const Json hardware =
        hardware_of(R"({"a": {"sn": )" + empty +
                        R"(}, "automatic": {"platform": "windows", "kernel": {"os_info": {"serial_number": "T"}}}})",
                    settings);
    EXPECT_EQ(hardware["serial_number"], "T") << empty;
  }
}

TEST(ChefAudit, ExtensionsAreSetInOrder) {
  const AuditSettings settings{
      parse_json(R"({"__default__": {"rack": "normal.rack", "name": "x"}, "debian": {"rack": "normal.other"},
                                              "windows": {"rack": "name"}})"),
      nullptr};
  const std::string node = R"({"name": "n", "normal": {"rack": 1, "other": 2}, "automatic": {"platform": "debian"}})";
  const Json hardware = hardware_of(node, settings);
  EXPECT_EQ(hardware["rack"], 2);
  EXPECT_TRUE(hardware["name"].is_null());

  const AuditSettings general_last{
      parse_json(R"({"debian": {"rack": "normal.other"}, "__default__": {"rack": "normal.rack"}})"), nullptr};
  EXPECT_EQ(hardware_of(node, general_last)["rack"], 1);
}

}  // namespace connector::chef::chef_test
