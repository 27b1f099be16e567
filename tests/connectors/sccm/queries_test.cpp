#include "sccm/queries.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <sstream>
#include <string>

namespace connector::sccm::queries_test {

/// Words that SQL Server takes for a name only in brackets or quotes.
const char* const reserved_by_sql_server = R"(
  add all alter and any as asc authorization backup begin between break browse bulk by cascade case check checkpoint
  close clustered coalesce collate column commit compute constraint contains containstable continue convert create cross
  current current_date current_time current_timestamp current_user cursor database dbcc deallocate declare default
  delete deny desc disk distinct distributed double drop dump else end errlvl escape except exec execute exists exit
  external fetch file fillfactor for foreign freetext freetexttable from full function goto grant group having holdlock
  identity identity_insert identitycol if in index inner insert intersect into is join key kill left like lineno load
  merge national nocheck nonclustered not null nullif of off offsets on open opendatasource openquery openrowset openxml
  option or order outer over percent pivot plan precision primary print proc procedure public raiserror read readtext
  reconfigure references replication restore restrict return revert revoke right rollback rowcount rowguidcol rule save
  schema securityaudit select semantickeyphrasetable semanticsimilaritydetailstable semanticsimilaritytable session_user
  set setuser shutdown some statistics system_user table tablesample textsize then to top tran transaction trigger
  truncate try_convert tsequal union unique unpivot update updatetext use user values varying view waitfor when where
  while with writetext)";

std::string in_lower_case(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

/// The words of a statement that are no keywords, which stand in capitals.
std::set<std::string> names(std::string_view statement) {
  std::string words(statement);
  std::ranges::replace_if(
      words, [](unsigned char c) { return c != '_' && std::isalnum(c) == 0; }, ' ');
  std::set<std::string> found;
  std::istringstream rest(words);
  for (std::string word; rest >> word;) {
    if (std::ranges::any_of(word, [](unsigned char c) { return std::islower(c) != 0; })) found.insert(word);
  }
  return found;
}

TEST(SccmQueries, NoNameIsAReservedWordOfSqlServer) {
  std::istringstream list(reserved_by_sql_server);
  std::set<std::string> reserved;
  for (std::string word; list >> word;) reserved.insert(word);
  for (const std::string_view statement : {sccm_computers_query, sccm_software_query}) {
    ASSERT_TRUE(names(statement).contains("ResourceID"));
    for (const std::string& name : names(statement)) EXPECT_FALSE(reserved.contains(in_lower_case(name))) << name;
  }
}

std::unordered_set<std::string> all_names() {
  std::unordered_set<std::string> there;
  for (const char* view : {"v_GS_PROCESSOR", "v_GS_DISK", "v_GS_NETWORK_ADAPTER_CONFIGURATION", "v_GS_X86_PC_MEMORY",
                           "v_GS_PC_BIOS", "v_R_System", "v_GS_ENCRYPTABLE_VOLUME", "v_GS_AntimalwareHealthStatus",
                           "v_UserMachineRelationship", "v_GS_OPERATING_SYSTEM", "v_GS_COMPUTER_SYSTEM"}) {
    for (const char* column : {"ResourceID",
                               "MachineResourceID",
                               "Name0",
                               "Domain0",
                               "Manufacturer0",
                               "Model0",
                               "SystemType0",
                               "UserName0",
                               "GroupID",
                               "Size0",
                               "IPAddress0",
                               "MACAddress0",
                               "TotalPhysicalMemory0",
                               "SerialNumber0",
                               "Last_Logon_Timestamp0",
                               "DriveLetter0",
                               "ProtectionStatus0",
                               "AntivirusEnabled",
                               "UniqueUserName",
                               "Caption0"}) {
      there.insert(full_name(view, column));
    }
  }
  return there;
}

TEST(SccmQueries, OfADatabaseThatHasEverythingIsTheWholeOne) {
  const ReducedQuery query = reduced_computers_query(all_names());
  EXPECT_EQ(query.sql, sccm_computers_query);
  EXPECT_TRUE(query.missing.empty());
}

TEST(SccmQueries, WhatADatabaseDoesNotHaveIsNull) {
  std::unordered_set<std::string> there = all_names();
  there.erase("v_r_system.last_logon_timestamp0");
  there.erase("v_gs_encryptable_volume.driveletter0");  // of the join's condition
  const ReducedQuery query = reduced_computers_query(there);
  EXPECT_EQ(query.missing, (std::vector<std::string>{"v_GS_ENCRYPTABLE_VOLUME", "v_R_System.Last_Logon_Timestamp0"}));
  EXPECT_NE(query.sql.find("NULL AS last_logon"), std::string::npos);
  EXPECT_NE(query.sql.find("NULL AS c_drive_encrypted"), std::string::npos);
  EXPECT_EQ(query.sql.find("v_GS_ENCRYPTABLE_VOLUME"), std::string::npos);
  EXPECT_NE(query.sql.find("dbo.v_R_System"), std::string::npos);
}

}  // namespace connector::sccm::queries_test
