// The section sccm against a PostgreSQL server whose tables are named as the views of a site's database.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "connector/connector.h"
#include "support/emit_to.h"
#include "support/odbc_drivers.h"
#include "support/postgres.h"

namespace connector::sccm {
Plugin plugin();
}

namespace connector::sccm::sccm_test {

const std::string password = "pw;R}ea=d{0nly' \"";

const char* const views = R"(
CREATE SCHEMA dbo;
CREATE TABLE dbo.v_GS_COMPUTER_SYSTEM (ResourceID integer, Name0 varchar(255), Domain0 varchar(255), Manufacturer0 varchar(255),
  Model0 text, SystemType0 varchar(255), UserName0 varchar(255));
CREATE TABLE dbo.v_GS_PROCESSOR (ResourceID integer, GroupID integer, Name0 varchar(255));
CREATE TABLE dbo.v_GS_DISK (ResourceID integer, Size0 bigint);
CREATE TABLE dbo.v_GS_NETWORK_ADAPTER_CONFIGURATION (ResourceID integer, IPAddress0 varchar, MACAddress0 varchar(255));
CREATE TABLE dbo.v_GS_ENCRYPTABLE_VOLUME (ResourceID integer, DriveLetter0 varchar(255), ProtectionStatus0 integer);
CREATE TABLE dbo.v_GS_AntimalwareHealthStatus (ResourceID integer, AntivirusEnabled boolean);
CREATE TABLE dbo.v_GS_X86_PC_MEMORY (ResourceID integer, TotalPhysicalMemory0 numeric(38, 2));
CREATE TABLE dbo.v_GS_PC_BIOS (ResourceID integer, SerialNumber0 varchar(255));
CREATE TABLE dbo.v_R_System (ResourceID integer, Last_Logon_Timestamp0 timestamp);
CREATE TABLE dbo.v_UserMachineRelationship (MachineResourceID integer, UniqueUserName varchar(255));
CREATE TABLE dbo.v_GS_OPERATING_SYSTEM (ResourceID integer, Caption0 varchar(255));
CREATE TABLE dbo.v_GS_ADD_REMOVE_PROGRAMS (ResourceID integer, DisplayName0 text, Version0 varchar(255), Publisher0 varchar(255));
CREATE TABLE dbo.v_GS_ADD_REMOVE_PROGRAMS_64 (ResourceID integer, DisplayName0 text, Version0 varchar(255), Publisher0 varchar(255));
CREATE ROLE reader LOGIN;
GRANT USAGE ON SCHEMA dbo TO reader;
GRANT SELECT ON ALL TABLES IN SCHEMA dbo TO reader;
)";

bool driver_is_installed() {
  for (const char* folder :
       {"/usr/lib/x86_64-linux-gnu/odbc", "/usr/lib/aarch64-linux-gnu/odbc", "/usr/lib/odbc", "/usr/lib64"}) {
    if (std::filesystem::exists(std::filesystem::path(folder) / "psqlodbcw.so")) return true;
  }
  return false;
}

using Values = std::map<std::string, std::string>;

std::unique_ptr<Connector> source(Values values) {
  const Plugin plugin = sccm::plugin();
  std::unique_ptr<Connector> connector = plugin.make();
  for (const Setting& setting : plugin.settings) {
    const auto given = values.find(setting.name);
    const std::string default_value = setting.text.default_value ? setting.text.default_value->get<std::string>() : "";
    setting.assign(*connector, given == values.end() ? default_value : given->second);
  }
  return connector;
}

std::vector<std::string> problems(const Values& values) {
  std::vector<std::string> settings;
  source(values)->check([&](const std::string& setting, const std::string&) { settings.push_back(setting); });
  return settings;
}

/// The message of the error that ends read(); empty when it ends well. sources: what a mapping reads.
std::string failure(const Values& values, std::vector<Json>& records, std::vector<std::string> sources = {}) {
  const std::unique_ptr<Connector> connector = source(values);
  connector->sources = std::move(sources);
  try {
    connector->read(EmitTo([&](Record record) { records.push_back(std::move(record.data)); }));
  } catch (const SourceError& error) {
    return error.what();
  }
  return {};
}

std::vector<std::string> texts(const std::vector<Json>& records, const std::string& name) {
  std::vector<std::string> found;
  for (const Json& record : records) found.push_back(to_text(record["hardware"][name]));
  std::ranges::sort(found);
  return found;
}

using Texts = std::vector<std::string>;

TEST(SccmSettings, StandInTheOrderOfTheSample) {
  const Plugin plugin = sccm::plugin();
  Texts sample;
  for (const Setting& setting : plugin.settings) {
    if (setting.text.in_sample) sample.push_back(setting.name);
  }
  EXPECT_EQ(sample, (Texts{"server", "database", "username", "password", "authentication", "driver"}));
  EXPECT_EQ(to_text(plugin.default_mapping), R"({"APPLICATIONS":{"source":"software"}})");
  EXPECT_EQ(plugin.default_converters,
            (std::vector<std::pair<std::string, std::string>>{{"hardware.last_logon", "date_format"}}));
}

TEST(SccmSettings, UserAndPasswordAreNeededForSqlServerAuthenticationOnly) {
  EXPECT_EQ(problems({{"server", "db"}}), (Texts{"username", "password"}));
  EXPECT_EQ(problems({{"server", "db"}, {"username", "u"}}), (Texts{"password"}));
  EXPECT_EQ(problems({{"server", "db"}, {"username", "u"}, {"password", "p"}}), Texts{});
  EXPECT_EQ(problems({{"server", "db"}, {"authentication", "Windows"}}), Texts{});
}

class Sccm : public testing::Test {
 protected:
  void SetUp() override {
    if (!driver_is_installed()) GTEST_SKIP() << "missing: the ODBC driver psqlodbcw.so (odbc-postgresql)";
    if (const std::string missing = Postgres::missing(); !missing.empty()) GTEST_SKIP() << "missing: " << missing;
    test::set_up_odbc();
  }

  /// The settings for a server that holds the views and a reader of them.
  Values prepared() {
    database.emplace();
    std::string quoted;
    for (const char c : password) quoted += c == '\'' ? "''" : std::string(1, c);
    database->run(std::string(views) + "ALTER ROLE reader PASSWORD '" + quoted + "';");
    return {{"server", database->server()}, {"port", database->port()}, {"database", "cm_dct"},
            {"username", "reader"},         {"password", password},     {"driver", "PostgreSQL Unicode"}};
  }

  std::optional<Postgres> database;
  std::vector<Json> records;
};

TEST_F(Sccm, ComputersWithAllTheirRowsAndTheirSoftware) {
  const Values settings = prepared();
  database->run(R"(
    INSERT INTO dbo.v_GS_COMPUTER_SYSTEM VALUES (3, 'all', 'CORP', 'Dell', repeat('Ж😀', 60000), 'x64', 'me');
    INSERT INTO dbo.v_GS_COMPUTER_SYSTEM VALUES (2, 'nothing'), (4, 'left out'), (4, 'left out');
    INSERT INTO dbo.v_GS_PROCESSOR VALUES (3, 1, 'first'), (3, 2, 'second'), (4, 2, 'not the first');
    INSERT INTO dbo.v_GS_DISK VALUES (3, 9223372036854775807), (3, 9223372036854775807), (3, 5);
    INSERT INTO dbo.v_GS_NETWORK_ADAPTER_CONFIGURATION VALUES (3, repeat('10.0.0.5, ', 100), 'mac 1'), (3, '10.0.0.6', 'mac 2'),
      (3, NULL, 'mac 3'), (4, '10.0.0.7', NULL);
    INSERT INTO dbo.v_GS_ENCRYPTABLE_VOLUME VALUES (3, 'C:', 1), (3, 'D:', 0), (4, 'D:', 1);
    INSERT INTO dbo.v_GS_AntimalwareHealthStatus VALUES (3, true), (4, false);
    INSERT INTO dbo.v_GS_X86_PC_MEMORY VALUES (3, 16482420.5), (4, 123456789012345678901234567890.00);
    INSERT INTO dbo.v_GS_PC_BIOS VALUES (4, 'serial'), (4, 'serial');
    INSERT INTO dbo.v_GS_OPERATING_SYSTEM VALUES (4, 'Windows 11');
    INSERT INTO dbo.v_R_System VALUES (3, '2024-03-05 14:30:00'), (4, '2024-03-05 14:30:00.25');
    INSERT INTO dbo.v_UserMachineRelationship VALUES (3, 'corp\ann'), (3, 'corp\bo');
    INSERT INTO dbo.v_GS_ADD_REMOVE_PROGRAMS VALUES (1, 'before all', '1', 'x'), (3, 'b', '2', 'p'), (3, 'b', '2', 'p'), (3, NULL, '1', 'x'),
      (3, '', '1', 'x'), (3, U&'\FF21', '1', 'p'), (3, '😀', '1', 'p'), (3, 'b', NULL, 'p'), (3, 'b', '', 'p'), (3, 'b', '2', NULL);
    INSERT INTO dbo.v_GS_ADD_REMOVE_PROGRAMS_64 VALUES (3, 'b', '2', 'p'), (3, 'B', '2', 'p'), (3, repeat('long ', 50000), '1', 'p'),
      (4, 'only 64', '', 'v'), (9, 'behind all', '1', 'x');
  )");
  ASSERT_EQ(failure(settings, records), "");
  ASSERT_EQ(records.size(), 10u);  // 2 disks x 2 adapters x 2 users, and the other two

  EXPECT_EQ(
      to_text(records[0]),
      R"({"hardware":{"resource_id":2,"computer_name":"nothing","domain_name":null,"make":null,"model":null,"platform":null,)"
      R"("user_name":null,"cpu":null,"hdd_total_mb":null,"ipv4_address":null,"mac_address":null,"memory_total_kb":null,)"
      R"("serial_number":null,"last_logon":null,"c_drive_encrypted":null,"antivirus_enabled":null,"primary_user":null,)"
      R"("os_version":null},"software":[]})");

  const std::vector<Json> combinations(records.begin() + 1, records.begin() + 9);
  std::string model;
  for (int i = 0; i < 60000; ++i) model += "Ж😀";
  std::string addresses;
  for (int i = 0; i < 100; ++i) addresses += "10.0.0.5, ";
  for (const Json& record : combinations) {
    const Json& hardware = record["hardware"];
    EXPECT_EQ(hardware["resource_id"], 3);
    EXPECT_EQ(hardware["make"], "Dell");
    EXPECT_EQ(hardware["cpu"], "first");
    EXPECT_TRUE(hardware["model"] == model) << "a long text was cut or changed";
    EXPECT_EQ(hardware["antivirus_enabled"], true);
    EXPECT_EQ(hardware["c_drive_encrypted"], 1);
    EXPECT_EQ(hardware["memory_total_kb"], 16482420.5);
    EXPECT_EQ(hardware["last_logon"], "2024-03-05T14:30:00");
    EXPECT_EQ(hardware["ipv4_address"], hardware["mac_address"] == "mac 1" ? addresses : "10.0.0.6");
    EXPECT_EQ(record["software"], records[1]["software"]);
  }
  EXPECT_EQ(texts(combinations, "hdd_total_mb"),
            (Texts{"5", "5", "5", "5", "9223372036854775807", "9223372036854775807", "9223372036854775807",
                   "9223372036854775807"}));
  EXPECT_EQ(texts(combinations, "primary_user")[3], R"("corp\\ann")");
  EXPECT_EQ(texts(combinations, "primary_user")[4], R"("corp\\bo")");

  const Json& last = records[9]["hardware"];
  EXPECT_EQ(last["cpu"], nullptr);
  EXPECT_EQ(last["ipv4_address"], nullptr);
  EXPECT_EQ(last["c_drive_encrypted"], nullptr);
  EXPECT_EQ(last["antivirus_enabled"], false);
  EXPECT_EQ(last["serial_number"], "serial");
  EXPECT_EQ(last["os_version"], "Windows 11");
  EXPECT_EQ(big_integer_digits(last["memory_total_kb"]), "123456789012345678901234567890");
  EXPECT_EQ(last["last_logon"], "2024-03-05T14:30:00.250000");
  EXPECT_EQ(to_text(records[9]["software"]), R"([{"name":"only 64","version":"","publisher":"v","path":null}])");

  const Json& software = records[1]["software"];
  ASSERT_EQ(software.size(), 8u);
  EXPECT_EQ(to_text(software[0]), R"({"name":"B","version":"2","publisher":"p","path":null})");
  EXPECT_EQ(to_text(software[1]), R"({"name":"b","version":null,"publisher":"p","path":null})");
  EXPECT_EQ(to_text(software[2]), R"({"name":"b","version":"","publisher":"p","path":null})");
  EXPECT_EQ(to_text(software[3]), R"({"name":"b","version":"2","publisher":null,"path":null})");
  EXPECT_EQ(to_text(software[4]), R"({"name":"b","version":"2","publisher":"p","path":null})");
  EXPECT_EQ(software[5]["name"].get_ref<const std::string&>().size(), 250000u);
  EXPECT_EQ(software[6]["name"], "Ａ");  // U+FF21 comes before U+1F600, though not in UTF-16
  EXPECT_EQ(software[7]["name"], "😀");
}

TEST_F(Sccm, WhatTheSiteDoesNotCollectIsNull) {
  const Values settings = prepared();
  database->run(R"(
    INSERT INTO dbo.v_GS_COMPUTER_SYSTEM VALUES (3, 'all', 'CORP');
    INSERT INTO dbo.v_GS_DISK VALUES (3, 5);
    INSERT INTO dbo.v_GS_ADD_REMOVE_PROGRAMS VALUES (3, 'b', '2', 'p');
    DROP TABLE dbo.v_GS_ENCRYPTABLE_VOLUME;
    ALTER TABLE dbo.v_R_System DROP COLUMN Last_Logon_Timestamp0;
  )");
  ASSERT_EQ(failure(settings, records), "");
  ASSERT_EQ(records.size(), 1u);
  const Json& hardware = records[0]["hardware"];
  EXPECT_EQ(hardware["computer_name"], "all");
  EXPECT_EQ(hardware["hdd_total_mb"], 5);
  EXPECT_EQ(hardware["c_drive_encrypted"], nullptr);
  EXPECT_EQ(hardware["last_logon"], nullptr);
  EXPECT_EQ(records[0]["software"].size(), 1u);

  database->run("DROP TABLE dbo.v_GS_COMPUTER_SYSTEM");
  EXPECT_NE(failure(settings, records).find("the computers query failed"), std::string::npos);
}

TEST_F(Sccm, WhatTheDatabaseRefusesEndsTheSection) {
  Values settings = prepared();
  database->run("INSERT INTO dbo.v_GS_COMPUTER_SYSTEM VALUES (3, 'all'), (4, 'next'), (5, 'last')");

  Values wrong = settings;
  wrong["password"] = "wr0ng-s3cret";
  const std::string refused = failure(wrong, records);
  EXPECT_NE(refused.find("cannot connect to the database cm_dct on"), std::string::npos) << refused;
  EXPECT_NE(refused.find("password authentication failed"), std::string::npos) << refused;
  EXPECT_EQ(refused.find("wr0ng-s3cret"), std::string::npos) << refused;
  EXPECT_EQ(refused.find('\n'), std::string::npos) << refused;

  // PostgreSQL retries the user's name, and psqlODBC gives it one with its braces.
  for (const char* secret : {"wr0ng-s3cret", "wr0ng-s}cret"}) {
    wrong["password"] = wrong["username"] = secret;
    const std::string message = failure(wrong, records);
    EXPECT_NE(message.find("for user \"***\""), std::string::npos) << message;
  }

  Values as_windows = settings;
  as_windows["authentication"] = "Windows";
  EXPECT_NE(failure(as_windows, records), "") << "user and password were sent";

  Values nowhere = settings;
  nowhere["server"] = "/nonexistent";
  EXPECT_NE(failure(nowhere, records).find("cannot connect"), std::string::npos);

  Values other_port = settings;
  other_port["port"] = "5433";
  EXPECT_NE(failure(other_port, records).find("cannot connect"), std::string::npos) << "the port was not sent";

  database->run("REVOKE SELECT ON dbo.v_GS_ADD_REMOVE_PROGRAMS_64 FROM reader");
  const std::string software = failure(settings, records);
  EXPECT_NE(software.find("the software query failed: [42501] ERROR: permission denied"), std::string::npos)
      << software;

  database->run(
      "REVOKE SELECT ON dbo.v_GS_DISK FROM reader; GRANT SELECT ON dbo.v_GS_ADD_REMOVE_PROGRAMS_64 TO reader");
  const std::string computers = failure(settings, records);
  EXPECT_NE(computers.find("the computers query failed: [42501] ERROR: permission denied"), std::string::npos)
      << computers;
  EXPECT_EQ(records.size(), 0u);
}

TEST_F(Sccm, MappingsOfColumnsAloneGetThemAsRows) {
  const Values settings = prepared();
  database->run(R"(
    ALTER TABLE dbo.v_GS_COMPUTER_SYSTEM ALTER Model0 TYPE varchar(255);
    ALTER TABLE dbo.v_GS_ADD_REMOVE_PROGRAMS ALTER DisplayName0 TYPE varchar(255);
    ALTER TABLE dbo.v_GS_ADD_REMOVE_PROGRAMS_64 ALTER DisplayName0 TYPE varchar(255);
    INSERT INTO dbo.v_GS_COMPUTER_SYSTEM SELECT i, 'PC-' || i, NULLIF('', repeat('D', i % 3)), repeat('Ж', 255), repeat('😀', i % 200)
      FROM generate_series(1, 1234) i;
    INSERT INTO dbo.v_GS_NETWORK_ADAPTER_CONFIGURATION SELECT i, repeat('10.0.0.5, ', i % 50), 'mac' FROM generate_series(1, 1234) i;
    INSERT INTO dbo.v_GS_X86_PC_MEMORY SELECT i, i * 1.5 FROM generate_series(1, 1234, 2) i;
    INSERT INTO dbo.v_GS_AntimalwareHealthStatus SELECT i, i % 2 = 0 FROM generate_series(1, 1000) i;
    INSERT INTO dbo.v_R_System SELECT i, timestamp '2024-03-05 14:30:00.5' + i * interval '1 second' FROM generate_series(1, 999) i;
    INSERT INTO dbo.v_GS_ADD_REMOVE_PROGRAMS SELECT i, 'program "' || p || '"', NULLIF(p, 2) FROM generate_series(1, 1234) i, generate_series(1, i % 4) p;
  )");
  ASSERT_EQ(failure(settings, records), "");
  std::vector<Json> rows;
  ASSERT_EQ(failure(settings, rows, {"hardware.computer_name", "software"}), "");
  ASSERT_EQ(records.size(), 1234u);
  ASSERT_EQ(rows.size(), records.size());
  for (std::size_t i = 0; i < records.size(); ++i) {
    Json expected = Json::object();
    for (const auto& [name, value] : records[i]["hardware"].items()) expected["hardware." + name] = value;
    expected["software"] = records[i]["software"];
    ASSERT_EQ(to_text(rows[i]), to_text(expected));

    const Json& hardware = records[i]["hardware"];
    const std::size_t number = i + 1;
    ASSERT_EQ(hardware["resource_id"], number);
    ASSERT_EQ(hardware["computer_name"], "PC-" + std::to_string(number));
    ASSERT_EQ(hardware["domain_name"], number % 3 == 0 ? Json() : Json(""));
    ASSERT_EQ(hardware["make"].get_ref<const std::string&>().size(), 510u);
    ASSERT_EQ(hardware["model"].get_ref<const std::string&>().size(), 4 * (number % 200));
    ASSERT_EQ(hardware["ipv4_address"].get_ref<const std::string&>().size(), 10 * (number % 50));
    ASSERT_EQ(hardware["memory_total_kb"], number % 2 == 0 ? Json() : Json(static_cast<double>(number) * 1.5));
    ASSERT_EQ(hardware["antivirus_enabled"], number > 1000 ? Json() : Json(number % 2 == 0));
    ASSERT_EQ(hardware["last_logon"].is_null(), number > 999);
    ASSERT_EQ(records[i]["software"].size(), number % 4);
  }
  EXPECT_EQ(rows[2]["hardware.last_logon"], "2024-03-05T14:30:03.500000");
  EXPECT_EQ(to_text(rows[1]["software"]), R"([{"name":"program \"1\"","version":"1","publisher":null,"path":null},)"
                                          R"({"name":"program \"2\"","version":null,"publisher":null,"path":null}])");
}

TEST_F(Sccm, WhatGoesBeyondColumnsGetsRecords) {
  const Values settings = prepared();
  database->run("INSERT INTO dbo.v_GS_COMPUTER_SYSTEM VALUES (3, 'all')");
  for (const char* beyond : {"hardware", "software.0.name", "hardware.nothing"}) {
    ASSERT_EQ(failure(settings, records, {"hardware.computer_name", beyond}), "");
    EXPECT_EQ(records.back()["hardware"]["computer_name"], "all");
  }
  for (bool Connector::*whole : {&Connector::all_attributes, &Connector::reads_whole_records}) {
    const std::unique_ptr<Connector> connector = source(settings);
    connector->sources = {"software"};
    (*connector).*whole = true;
    connector->read(EmitTo([&](const Record& record) { EXPECT_TRUE(record.data.contains("hardware")); }));
  }
}

TEST_F(Sccm, AResultThatBreaksOffGivesOnlyComputersWhoseSoftwareIsKnown) {
  const Values settings = prepared();
  database->run(R"(
    INSERT INTO dbo.v_GS_COMPUTER_SYSTEM SELECT i, 'computer ' || i FROM generate_series(1, 5000) i;
    INSERT INTO dbo.v_GS_ADD_REMOVE_PROGRAMS SELECT i, 'program ' || p FROM generate_series(1, 5000) i, generate_series(1, 3) p;
  )");
  std::size_t taken = 0;
  const auto stop_at_two = [&](const Record&) {
    if (++taken == 2) throw Stopped{};
  };
  EXPECT_THROW(source(settings)->read(EmitTo(stop_at_two)), Stopped);

  std::stop_source stop;
  const std::unique_ptr<Connector> stopped = source(settings);
  stopped->stop = stop.get_token();
  const auto stop_behind_the_first = [&](Record record) {
    records.push_back(std::move(record.data));
    stop.request_stop();
  };
  EXPECT_THROW(stopped->read(EmitTo(stop_behind_the_first)), Stopped);
  EXPECT_EQ(records.size(), 1u);

  for (const char* view : {"v_GS_ADD_REMOVE_PROGRAMS", "v_GS_COMPUTER_SYSTEM"}) {
    std::size_t whole = 0, all = 0;
    try {
      source(settings)->read(EmitTo([&](const Record& record) {
        if (all++ == 0) {
          database->run(
              std::string("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'reader' AND pid IN"
                          " (SELECT pid FROM pg_locks WHERE relation = 'dbo.") +
              view + "'::regclass)");
        }
        whole += record.data["software"].size() == 3;
      }));
      ADD_FAILURE() << "the lost connection was not noticed";
    } catch (const SourceError& error) {
      EXPECT_NE(std::string(error.what()).find("query failed: "), std::string::npos) << error.what();
    }
    EXPECT_EQ(whole, all) << view;
    EXPECT_GT(all, 0u);
    EXPECT_LT(all, 5000u);
  }
}

TEST_F(Sccm, SoftwareBelongsToComputersByWholeNumbers) {
  const Values settings = prepared();
  database->run(R"(
    INSERT INTO dbo.v_GS_COMPUTER_SYSTEM VALUES (-3, 'below zero'), (10, 'ten'), (9, 'nine');
    INSERT INTO dbo.v_GS_ADD_REMOVE_PROGRAMS VALUES (NULL, 'of none', '1', 'x'), (NULL, 'of none', '2', 'x'), (-3, 'a', '1', 'x'), (9, 'b', '1', 'x'), (10, 'c', '1', 'x');
  )");
  EXPECT_EQ(failure(settings, records), "");
  ASSERT_EQ(records.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(records[i]["software"][0]["name"], std::string(1, static_cast<char>('a' + i)));
  }

  database->run("INSERT INTO dbo.v_GS_COMPUTER_SYSTEM VALUES (NULL, 'without a number')");
  EXPECT_EQ(failure(settings, records), "the computers query gives a ResourceID that is not an integer");
  records.clear();
  EXPECT_EQ(failure(settings, records, {"software"}), "the computers query gives a ResourceID that is not an integer");
  EXPECT_EQ(records.size(), 3u) << "rows before the broken one were lost";

  database->run(R"(
    ALTER TABLE dbo.v_GS_ADD_REMOVE_PROGRAMS ALTER ResourceID TYPE numeric(10, 1);
    ALTER TABLE dbo.v_GS_ADD_REMOVE_PROGRAMS_64 ALTER ResourceID TYPE numeric(10, 1);
    UPDATE dbo.v_GS_ADD_REMOVE_PROGRAMS SET ResourceID = 9.5 WHERE ResourceID = 9;
  )");
  records.clear();
  EXPECT_EQ(failure(settings, records), "the software query gives a ResourceID that is not an integer");
  EXPECT_EQ(records.size(), 0u);
}

TEST_F(Sccm, AStopCancelsTheQueryThatIsUnderWay) {
  const Values settings = prepared();
  database->run(R"(
    INSERT INTO dbo.v_GS_COMPUTER_SYSTEM VALUES (1, 'one');
    INSERT INTO dbo.v_GS_ADD_REMOVE_PROGRAMS VALUES (1, 'a', '1', 'x');
  )");
  std::stop_source stop;
  stop.request_stop();
  const std::unique_ptr<Connector> connector = source(settings);
  connector->stop = stop.get_token();
  for (const std::string view : {"v_GS_ADD_REMOVE_PROGRAMS", "v_GS_COMPUTER_SYSTEM"}) {
    database->run("ALTER TABLE dbo." + view + " RENAME TO rows; CREATE VIEW dbo." + view +
                  " AS SELECT rows.* FROM dbo.rows, pg_sleep(600); GRANT SELECT ON dbo." + view +
                  " TO reader; ALTER TABLE dbo.rows RENAME TO " + view + "_rows");
    EXPECT_THROW(connector->read(EmitTo([](const Record&) {})), SourceError) << view;
  }
}

TEST_F(Sccm, ADriverThatIsNotInstalledIsNamedWithThoseThatAre) {
  const std::string message =
      failure({{"server", "db"}, {"username", "u"}, {"password", "p"}, {"driver", "No Such Driver 99"}}, records);
  EXPECT_EQ(message,
            "the ODBC driver \"No Such Driver 99\" is not installed; correct the setting driver (installed: PostgreSQL "
            "Unicode, Scripted)");
}

}  // namespace connector::sccm::sccm_test
