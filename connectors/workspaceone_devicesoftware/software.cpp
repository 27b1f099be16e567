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
  for (const auto& [number, version] : found->second) {
    const Application& application = applications_[number];
    software.push_back(application.entry);
    if (version > 0) software.back()["version"] = application.versions[version - 1];
  }
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
      applications_.push_back({.uuid = uuid, .entry = rules_.entry(row, "ApplicationName", "AppVersion", "BundleId")});
    }
    emit.checkpoint();
  }
  pages.report_repeated(emit, "applications");
}

void ManagedSoftware::read_devices(const Emit& emit) {
  struct Installations {
    std::uint32_t application;
    std::vector<Installation> devices;
  };
  parallel(
      source_.workers, std::views::iota(std::uint32_t{0}, static_cast<std::uint32_t>(applications_.size())),
      [&](std::uint32_t application) {
        return Installations{application, devices_of(applications_[application].uuid)};
      },
      [&](const Installations& found) {
        for (const Installation& installation : found.devices) add(found.application, installation);
        emit.checkpoint();
      });
  for (auto& [device, applications] : devices_) {
    const auto same = [](const Installed& one, const Installed& other) { return one.first == other.first; };
    std::sort(applications.begin(), applications.end());
    applications.erase(std::unique(applications.begin(), applications.end(), same), applications.end());
  }
}

/// The version on the device is truer than that of the application, which is the one last uploaded.
void ManagedSoftware::add(std::uint32_t number, const Installation& installation) {
  Application& application = applications_[number];
  std::uint32_t version = 0;
  if (!installation.version.empty() && application.entry["version"] != installation.version) {
    std::vector<std::string>& versions = application.versions;
    const auto known = std::find(versions.begin(), versions.end(), installation.version);
    version = static_cast<std::uint32_t>(known - versions.begin()) + 1;
    if (known == versions.end()) versions.push_back(installation.version);
  }
  devices_[installation.device].emplace_back(number, version);
}

/// The devices that have an application installed. Older servers give all at once, current ones pages.
std::vector<ManagedSoftware::Installation> ManagedSoftware::devices_of(const std::string& application) const {
  Pages pages(source_, {.url = url_ + "/api/mam/apps/" + percent_encoded(application) + "/devices",
                        .query = {{"isinstalled", "true"}, {"pageSize", std::to_string(page_size_)}},
                        .name = "devices",
                        .may_be_missing = true});
  std::vector<Installation> devices;
  for (Json rows = pages.next(); !rows.empty(); rows = pages.next()) {
    for (const Json& row : rows) {
      const Json& uuid = at(row, "device_uuid");
      const Json& version = at(row, "installed_version");
      if (!uuid.is_string()) continue;
      devices.push_back({lower_case(uuid.get<std::string>()), version.is_string() ? version.get<std::string>() : ""});
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
