#include "chef/audit.h"

#include <algorithm>
#include <string>

namespace connector::chef {
namespace {

/// A key of the record and its paths in nodes of each kind; empty: null.
struct Attribute {
  const char* key;
  const char* other;
  const char* mac;
  const char* windows;
};

constexpr Attribute attributes[] = {
    {"name", "name", "name", "name"},
    {"ip_address", "automatic.ipaddress", "automatic.ipaddress", "automatic.ipaddress"},
    {"mac_address", "automatic.macaddress", "automatic.macaddress", "automatic.macaddress"},
    {"hostname", "automatic.hostname", "automatic.hostname", "automatic.hostname"},
    {"fqdn", "automatic.fqdn", "automatic.fqdn", "automatic.fqdn"},
    {"domain", "automatic.domain", "automatic.domain", "automatic.domain"},
    {"platform", "automatic.platform", "automatic.platform", "automatic.platform"},
    {"platform_version", "automatic.platform_version", "automatic.platform_version", "automatic.platform_version"},
    {"uptime_seconds", "automatic.uptime_seconds", "automatic.uptime_seconds", "automatic.uptime_seconds"},
    {"serial_number", "", "automatic.hardware.serial_number", "automatic.kernel.os_info.serial_number"},
    {"model", "", "automatic.hardware.machine_model", "automatic.kernel.cs_info.model"},
    {"cpu", "automatic.cpu.0.model_name", "automatic.cpu.model_name", "automatic.cpu.0.model_name"},
    {"cpu_count", "automatic.cpu.total", "automatic.hardware.number_processors",
     "automatic.kernel.cs_info.number_of_processors"},
};

std::string platform_of(const Json& node) {
  const Json& platform = at(node, "automatic.platform");
  return platform.is_string() ? platform.get<std::string>() : "";
}

/// The number that the value's text begins with: "16384MB" -> 16384; null without a digit.
Json leading_digits(const Json& value) {
  if (value.is_null()) return nullptr;
  const std::string text = value.is_string() ? value.get<std::string>() : to_text(value);
  const std::string digits(text.begin(),
                           std::find_if_not(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }));
  constexpr std::size_t max_digits = 300;  // what a double can hold
  return digits.empty() || digits.size() > max_digits
             ? Json(nullptr)
             : parse_json(digits.substr(std::min(digits.find_first_not_of('0'), digits.size() - 1)));
}

/// "4028440kB" -> 3934.0234375; null also for nothing and 0.
Json megabytes(const Json& value) {
  const Json kilobytes = leading_digits(value);
  if (is_empty(kilobytes) || !kilobytes.is_number()) return nullptr;
  return kilobytes.get<double>() / 1024;
}

Json first_volume(const Json& node) {
  const Json& volumes = at(node, "automatic.filesystem");
  if (!volumes.is_object() || volumes.empty()) return nullptr;
  return at(volumes.begin().value(), "kb_size");
}

Json serial_number(const Json& node, const std::string& kind, const AuditSettings& settings, const Json& from_table) {
  const Json& path = at(at(settings.node_mappings, kind), "serial_number");
  if (!path.is_string()) return from_table;
  const Json& value = at(node, path.get_ref<const std::string&>());
  return is_empty(value) ? from_table : value;
}

bool is_object_of_texts(const Json& value) {
  if (!value.is_object()) return false;
  for (const Json& text : value) {
    if (!text.is_string()) return false;
  }
  return true;
}

}  // namespace

bool has_shape(const Json& setting) {
  if (!setting.is_object()) return false;
  for (const Json& names : setting) {
    if (!is_object_of_texts(names)) return false;
  }
  return true;
}

Json audit(const Json& node, const AuditSettings& settings) {
  const std::string platform = platform_of(node);
  const bool is_mac = platform == "mac_os_x";
  const bool is_windows = platform == "windows";

  Json hardware = Json::object();
  for (const Attribute& attribute : attributes) {
    const char* path = is_mac ? attribute.mac : is_windows ? attribute.windows : attribute.other;
    hardware[attribute.key] = *path == '\0' ? Json(nullptr) : at(node, path);
  }
  const Json& memory = at(node, "automatic.memory.total");
  hardware["total_memory_mb"] = is_mac ? leading_digits(memory) : megabytes(memory);
  hardware["total_hdd_mb"] =
      megabytes(is_windows ? first_volume(node) : at(node, "automatic.filesystem.by_mountpoint./.kb_size"));

  const std::string kind = is_mac || is_windows ? platform : "__default__";
  hardware["serial_number"] = serial_number(node, kind, settings, hardware["serial_number"]);
  if (kind == "__default__") {
    const Json& path = at(at(settings.node_mappings, kind), "model");
    if (path.is_string()) hardware["model"] = at(node, path.get_ref<const std::string&>());
  }

  if (settings.attribute_extension.is_object()) {
    for (const auto& [wanted, names] : settings.attribute_extension.items()) {
      if (wanted != "__default__" && wanted != platform) continue;
      for (const auto& [name, path] : names.items()) hardware[name] = at(node, path.get_ref<const std::string&>());
    }
  }
  return {{"hardware", std::move(hardware)}};
}

}  // namespace connector::chef
