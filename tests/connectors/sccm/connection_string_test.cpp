#include "sccm/connection_string.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace connector::odbc::connection_string_test {

Login login(const std::string& driver) {
  return {.driver = driver,
          .server = "db.example.com",
          .database = "CM_DCT",
          .username = "reader",
          .password = Secret("secret")};
}

TEST(ConnectionString, SqlServerAuthenticationSendsUserAndPassword) {
  EXPECT_EQ(connection_string(login("SQL Server")),
            "Driver={SQL Server};Server=db.example.com;Database=CM_DCT;UID=reader;PWD=secret;");
}

TEST(ConnectionString, WindowsAuthenticationSendsNeither) {
  Login windows = login("ODBC Driver 18 for SQL Server");
  windows.windows_authentication = true;
  EXPECT_EQ(connection_string(windows),
            "Driver={ODBC Driver 18 for SQL Server};Server=db.example.com;Database=CM_DCT;Trusted_Connection=yes;");
}

TEST(ConnectionString, PortStandsBehindTheServerForSqlServerDrivers) {
  for (const char* driver : {"ODBC Driver 18 for SQL Server", "SQL Server", "SQL Server Native Client 11.0"}) {
    Login other = login(driver);
    other.port = "1444";
    EXPECT_NE(connection_string(other).find(";Server=db.example.com,1444;"), std::string::npos) << driver;
    EXPECT_EQ(connection_string(other).find("Port="), std::string::npos) << driver;
  }
}

TEST(ConnectionString, PortIsAKeyForOtherDrivers) {
  Login free_tds = login("FreeTDS");
  free_tds.port = "1444";
  EXPECT_EQ(connection_string(free_tds),
            "Driver={FreeTDS};Server=db.example.com;Port=1444;Database=CM_DCT;UID=reader;PWD=secret;TDS_Version=7.4;");
  EXPECT_TRUE(connection_string(login("FreeTDS 1.4")).ends_with(";TDS_Version=7.4;"));
}

TEST(ConnectionString, ValuesThatWouldBreakItStandInBraces) {
  const std::pair<const char*, const char*> cases[] = {
      {"pw;Read=0nly", "{pw;Read=0nly}"},
      {"a}b", "{a}}b}"},
      {"{a", "{{a}"},
      {"a=b", "{a=b}"},
      {"it's", "{it's}"},
      {"say \"x\"", "{say \"x\"}"},
      {" a", "{ a}"},
      {"a ", "{a }"},
      {"a b", "a b"},
      {"}}", "{}}}}}"},
      {"пароль", "пароль"},
      {"100%", "100%"},
      {"a,b(c)", "a,b(c)"},
      {"back\\", "back\\"},
  };
  for (const auto& [value, written] : cases) {
    Login other = login("SQL Server");
    other.password = Secret(value);
    EXPECT_TRUE(connection_string(other).ends_with(fmt::format(";PWD={};", written))) << connection_string(other);
  }
}

TEST(ConnectionString, EveryValueIsEscaped) {
  Login other{
      .driver = "a}b", .server = "s;1", .port = "p;2", .database = "d;3", .username = "u;4", .password = Secret("w;5")};
  EXPECT_EQ(connection_string(other), "Driver={a}}b};Server={s;1};Port={p;2};Database={d;3};UID={u;4};PWD={w;5};");
}

TEST(ConnectionString, UncheckedCertificatesAreAskedForFromMicrosoftsDriversOnly) {
  for (const auto& [driver, asked] : {std::pair{"ODBC Driver 18 for SQL Server", true},
                                      {"ODBC Driver 13.1 for SQL Server", true},
                                      {"ODBC Driver X for SQL Server", false},
                                      {"SQL Server", false},
                                      {"FreeTDS", false}}) {
    Login other = login(driver);
    EXPECT_EQ(connection_string(other).find("Trust"), std::string::npos) << driver;
    other.verify_certificate = false;
    EXPECT_EQ(connection_string(other).ends_with(";TrustServerCertificate=yes;"), asked) << driver;
  }
}

TEST(ConnectionString, EncryptionIsAskedForInTheDriversWords) {
  const auto with = [](const std::string& driver, const std::string& encrypt) {
    Login other = login(driver);
    other.encrypt = encrypt;
    return connection_string(other);
  };
  EXPECT_EQ(with("ODBC Driver 18 for SQL Server", "").find("Encrypt"), std::string::npos);
  EXPECT_TRUE(with("ODBC Driver 18 for SQL Server", "no").ends_with(";Encrypt=no;"));
  EXPECT_TRUE(with("ODBC Driver 18 for SQL Server", "strict").ends_with(";Encrypt=strict;"));
  EXPECT_TRUE(with("SQL Server", "yes").ends_with(";Encrypt=yes;"));
  EXPECT_NE(with("FreeTDS", "yes").find(";Encryption=require;"), std::string::npos);
  EXPECT_NE(with("FreeTDS", "no").find(";Encryption=off;"), std::string::npos);
  for (const char* driver : {"ODBC Driver 17 for SQL Server", "FreeTDS", "SQL Server"}) {
    EXPECT_THROW(with(driver, "strict"), SourceError) << driver;
  }
}

TEST(ConnectionString, WhatFreeTdsWouldChangeIsRefused) {
  const auto with_password = [](const std::string& driver, const std::string& password) {
    Login other = login(driver);
    other.password = Secret(password);
    return connection_string(other);
  };
  for (const char* driver : {"FreeTDS", "FreeTDS 1.3", "FreeTDS 0.91", "FreeTDS of ours"}) {
    EXPECT_THROW(with_password(driver, "a}b"), SourceError) << driver;
    EXPECT_NO_THROW(with_password(driver, "a;{b"));
  }
  for (const char* driver : {"FreeTDS 1.4", "FreeTDS 1.10.2", "FreeTDS 2.0", "ODBC Driver 18 for SQL Server"}) {
    EXPECT_NE(with_password(driver, "a}b").find("PWD={a}}b};"), std::string::npos) << driver;
  }
  try {
    with_password("FreeTDS", "s3cret}");
    FAIL();
  } catch (const SourceError& error) {
    EXPECT_NE(std::string(error.what()).find("the password contains a }"), std::string::npos);
    EXPECT_EQ(std::string(error.what()).find("s3cret"), std::string::npos);
  }
}

TEST(ConnectionAdvice, NamesTheSettingThatHelps) {
  const Login driver_18 = login("ODBC Driver 18 for SQL Server");
  const std::string untrusted =
      connection_advice(driver_18,
                        "[08001] [Microsoft][ODBC Driver 18 for SQL Server]SSL Provider: [error:0A000086:SSL routines::"
                        "certificate verify failed:self-signed certificate]");
  EXPECT_NE(untrusted.find("verify_ssl = False"), std::string::npos);
  EXPECT_NE(untrusted.find("cacert_file"), std::string::npos);
  const std::string too_old =
      connection_advice(driver_18, "[08001] SSL Provider: [error:0A000102:SSL routines::unsupported protocol]");
  EXPECT_NE(too_old.find("encrypt = no"), std::string::npos);
  EXPECT_EQ(connection_advice(driver_18, "[28000] Login failed for user 'reader'."), "");
}

TEST(ConnectionString, PostgresqlStreamsItsResults) {
  EXPECT_TRUE(connection_string(login("PostgreSQL Unicode"))
                  .ends_with(";PWD=secret;UseDeclareFetch=1;Fetch=1000;BoolsAsChar=0;"));
}

TEST(ChooseDriver, TheOneThatIsAskedFor) {
  EXPECT_EQ(choose_driver("FreeTDS", {"ODBC Driver 18 for SQL Server", "FreeTDS"}), "FreeTDS");
}

TEST(ChooseDriver, OneThatIsNotInstalledFailsAndListsThoseThatAre) {
  try {
    choose_driver("Nonesuch", {"FreeTDS", "SQL Server"});
    FAIL();
  } catch (const SourceError& error) {
    EXPECT_STREQ(
        error.what(),
        "the ODBC driver \"Nonesuch\" is not installed; correct the setting driver (installed: FreeTDS, SQL Server)");
  }
}

TEST(ChooseDriver, TheGreatestNumberNotTheGreatestText) {
  EXPECT_EQ(choose_driver(
                "", {"SQL Server", "ODBC Driver 9 for SQL Server", "ODBC Driver 18 for SQL Server",
                     "ODBC Driver 13.1 for SQL Server", "ODBC Driver X for SQL Server", "ODBC Driver 99 for Other"}),
            "ODBC Driver 18 for SQL Server");
  EXPECT_EQ(choose_driver("", {"ODBC Driver 13 for SQL Server", "ODBC Driver 13.1 for SQL Server",
                               "ODBC Driver 9 for SQL Server"}),
            "ODBC Driver 13.1 for SQL Server");
}

TEST(ChooseDriver, ElseSqlServer) {
  EXPECT_EQ(choose_driver("", {"FreeTDS", "SQL Server", "ODBC Driver for SQL Server"}), "SQL Server");
}

TEST(ChooseDriver, NoneAtAllFails) {
  EXPECT_THROW(choose_driver("", {"FreeTDS"}), SourceError);
  EXPECT_THROW(choose_driver("", {}), SourceError);
}

}  // namespace connector::odbc::connection_string_test
