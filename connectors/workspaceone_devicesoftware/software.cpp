#include "workspaceone_devicesoftware/software.h"

#include <algorithm>
#include <ranges>

#include "connector/pages.h"

namespace connector::uem {
namespace {

/// Requests differ in the letter case of a Uuid.
std::string lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; });
  return text;
}

}  // namespace

std::string uuid_of(const Json& item) {
  const Json& uuid = at(item, "Uuid");
  const Json& value = uuid.is_object() ? at(uuid, "Value") : uuid;
  return value.is_string() ? value.get<std::string>() : "";
}

bool SoftwareRules::counts(const Json& bundle_id) const {
  const bool is_apple =
      bundle_id.is_string() && bundle_id.get_ref<const std::string&>().find("com.apple.") != std::string::npos;
  return !(ignore_apple && is_apple);
}

Json SoftwareRules::entry(const Json& row, const char* name, const char* version, const char* bundle_id) const {
  const Json nothing = "";
  Json entry = {{"name", row.value(name, nothing)},
                {"version", row.value(version, nothing)},
                {"bundle_id", row.value(bundle_id, nothing)},
                {"path", nullptr}};
  if (default_versioning && (entry["version"].is_null() || entry["version"] == "")) entry["version"] = "0.0";
  return entry;
}

void ManagedSoftware::read(const Emit& emit) {
  read_applications(emit);
  read_devices(emit);
}

Json ManagedSoftware::of_device(const std::string& uuid) const {
  Json software = Json::array();
  const auto found = devices_.find(lower_case(uuid));
  if (found == devices_.end()) return software;
  for (const std::uint32_t number : found->second) software.push_back(applications_[number].entry);
  return software;
}

void ManagedSoftware::read_applications(const Emit& emit) {
  Pages pages(source_, {.url = url_ + "/api/mam/apps/search",
                        .query = {{"pageSize", std::to_string(page_size_)}},
                        .name = "Application",
                        .may_be_missing = true});
  for (Json rows = pages.next(); !rows.empty(); rows = pages.next()) {
    for (const Json& row : rows) {
      const std::string uuid = uuid_of(row);
      if (uuid.empty() || !rules_.counts(at(row, "BundleId"))) continue;
      applications_.push_back({uuid, rules_.entry(row, "ApplicationName", "AppVersion", "BundleId")});
    }
    emit.checkpoint();
  }
  pages.report_repeated(emit, "applications");
}

void ManagedSoftware::read_devices(const Emit& emit) {
  struct Installations {
    std::uint32_t application;
    std::vector<std::string> devices;
  };
  parallel(
      source_.workers, std::views::iota(std::uint32_t{0}, static_cast<std::uint32_t>(applications_.size())),
      [&](std::uint32_t application) {
        return Installations{application, devices_of(applications_[application].uuid)};
      },
      [&](const Installations& found) {
        for (const std::string& device : found.devices) devices_[device].push_back(found.application);
        emit.checkpoint();
      });
  for (auto& [device, applications] : devices_) {
    std::sort(applications.begin(), applications.end());
    applications.erase(std::unique(applications.begin(), applications.end()), applications.end());
  }
}

/// The devices that have an application installed. Older servers give all at once, current ones pages.
std::vector<std::string> ManagedSoftware::devices_of(const std::string& application) const {
  Pages pages(source_, {.url = url_ + "/api/mam/apps/" + percent_encoded(application) + "/devices",
                        .query = {{"isinstalled", "true"}, {"pageSize", std::to_string(page_size_)}},
                        .name = "devices",
                        .may_be_missing = true});
  std::vector<std::string> devices;
  for (Json rows = pages.next(); !rows.empty(); rows = pages.next()) {
    for (const Json& row : rows) {
      const Json& uuid = at(row, "device_uuid");
      if (uuid.is_string()) devices.push_back(lower_case(uuid.get<std::string>()));
    }
    const bool is_short = rows.size() < static_cast<std::size_t>(page_size_);
    const bool is_last = pages.total() ? pages.rows() >= *pages.total() : is_short;
    if (is_last) break;
  }
  if (pages.repeated() && pages.total()) {
    throw SourceError("Workspace ONE UEM repeats a page of the devices of application " + application);
  }
  return devices;
}

}  // namespace connector::uem
