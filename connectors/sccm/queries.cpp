#include "sccm/queries.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>

namespace connector::sccm {

namespace {

/// A view that is joined with the computers, under an alias.
struct View {
  const char* alias;
  const char* name;
  const char* key;                        ///< its column that is the computer's ResourceID
  const char* condition = "";             ///< of the join
  std::vector<const char*> columns = {};  ///< that the condition names
};

/// A column of the record and where it comes from.
struct Column {
  const char* name;
  const char* alias;
  const char* column;
};

const View computer_systems = {"cs", "v_GS_COMPUTER_SYSTEM", "ResourceID"};

const std::vector<View> views = {
    {"processor", "v_GS_PROCESSOR", "ResourceID", " AND processor.GroupID = 1", {"GroupID"}},
    {"drive", "v_GS_DISK", "ResourceID"},
    {"adapter",
     "v_GS_NETWORK_ADAPTER_CONFIGURATION",
     "ResourceID",
     " AND adapter.IPAddress0 IS NOT NULL AND adapter.MACAddress0 IS NOT NULL",
     {"IPAddress0", "MACAddress0"}},
    {"memory", "v_GS_X86_PC_MEMORY", "ResourceID"},
    {"bios", "v_GS_PC_BIOS", "ResourceID"},
    {"r_system", "v_R_System", "ResourceID"},
    {"c_volume", "v_GS_ENCRYPTABLE_VOLUME", "ResourceID", " AND c_volume.DriveLetter0 = 'C:'", {"DriveLetter0"}},
    {"antimalware", "v_GS_AntimalwareHealthStatus", "ResourceID"},
    {"relationship", "v_UserMachineRelationship", "MachineResourceID"},
    {"os", "v_GS_OPERATING_SYSTEM", "ResourceID"}};

constexpr Column columns[] = {{"computer_name", "cs", "Name0"},
                              {"domain_name", "cs", "Domain0"},
                              {"make", "cs", "Manufacturer0"},
                              {"model", "cs", "Model0"},
                              {"platform", "cs", "SystemType0"},
                              {"user_name", "cs", "UserName0"},
                              {"cpu", "processor", "Name0"},
                              {"hdd_total_mb", "drive", "Size0"},
                              {"ipv4_address", "adapter", "IPAddress0"},
                              {"mac_address", "adapter", "MACAddress0"},
                              {"memory_total_kb", "memory", "TotalPhysicalMemory0"},
                              {"serial_number", "bios", "SerialNumber0"},
                              {"last_logon", "r_system", "Last_Logon_Timestamp0"},
                              {"c_drive_encrypted", "c_volume", "ProtectionStatus0"},
                              {"antivirus_enabled", "antimalware", "AntivirusEnabled"},
                              {"primary_user", "relationship", "UniqueUserName"},
                              {"os_version", "os", "Caption0"}};

/// Makes the query of what `has` (view, column) knows.
ReducedQuery computers_query(const std::function<bool(std::string_view, std::string_view)>& has) {
  ReducedQuery query;
  std::vector<View> joined = {computer_systems};
  for (const View& view : views) {
    const bool is_there = has(view.name, view.key) &&
                          std::ranges::all_of(view.columns, [&](const char* column) { return has(view.name, column); });
    if (is_there) {
      joined.push_back(view);
    } else {
      query.missing.emplace_back(view.name);
    }
  }
  query.sql = "SELECT DISTINCT\n  cs.ResourceID AS resource_id";
  for (const Column& column : columns) {
    const auto view =
        std::ranges::find_if(joined, [&](const View& one) { return std::string_view(one.alias) == column.alias; });
    const bool is_there = view != joined.end() && has(view->name, column.column);
    if (view != joined.end() && !is_there) query.missing.push_back(fmt::format("{}.{}", view->name, column.column));
    query.sql += is_there ? fmt::format(",\n  {}.{} AS {}", column.alias, column.column, column.name)
                          : fmt::format(",\n  NULL AS {}", column.name);
  }
  query.sql += "\nFROM dbo.v_GS_COMPUTER_SYSTEM cs";
  for (std::size_t i = 1; i < joined.size(); ++i) {
    const View& view = joined[i];
    query.sql += fmt::format("\nLEFT JOIN dbo.{0} {1} ON {1}.{2} = cs.ResourceID{3}", view.name, view.alias, view.key,
                             view.condition);
  }
  query.sql += "\nORDER BY resource_id";
  return query;
}

}  // namespace

const std::string sccm_computers_query = computers_query([](std::string_view, std::string_view) { return true; }).sql;

const std::string sccm_software_query = R"(
SELECT ResourceID, DisplayName0, Version0, Publisher0 FROM dbo.v_GS_ADD_REMOVE_PROGRAMS
UNION
SELECT ResourceID, DisplayName0, Version0, Publisher0 FROM dbo.v_GS_ADD_REMOVE_PROGRAMS_64
ORDER BY ResourceID)";

const std::string sccm_columns_query =
    "SELECT TABLE_NAME, COLUMN_NAME FROM INFORMATION_SCHEMA.COLUMNS WHERE TABLE_SCHEMA = 'dbo'";

std::string full_name(std::string_view view, std::string_view column) {
  std::string name = fmt::format("{}.{}", view, column);
  std::ranges::transform(name, name.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return name;
}

ReducedQuery reduced_computers_query(const std::unordered_set<std::string>& there) {
  return computers_query(
      [&](std::string_view view, std::string_view column) { return there.contains(full_name(view, column)); });
}

}  // namespace connector::sccm
