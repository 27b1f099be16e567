#include "servicenow/hardware.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>

namespace connector::servicenow {
namespace {

bool is_date(std::string_view name) {
  return name == "warranty_expiration" || name == "sys_created_on";
}

bool is_blank(const Json& value) {
  return value.is_null() || value == "";
}

/// ISO 8601 in UTC for "2023-02-03 04:05:06" (which is in UTC), "2023-02-03" and ISO 8601; other strings as they are.
Json utc_time(const Json& value) {
  if (!value.is_string()) return value;
  const std::string& text = value.get_ref<const std::string&>();
  for (const char* format : {"%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z"}) {
    std::tm time{};
    const char* end = strptime(text.c_str(), format, &time);
    if (end != text.c_str() + text.size()) continue;
    const long offset = time.tm_gmtoff;
    const std::time_t seconds = timegm(&time);
    const bool exists = text.starts_with(fmt::format("{:%Y-%m-%d}", time));  // not 2023-02-31, not 1-2-3
    if (exists) return fmt::format("{:%Y-%m-%dT%H:%M:%S}+00:00", fmt::gmtime(seconds - offset));
  }
  return value;
}

}  // namespace

std::string stored_text(const Json& field) {
  const Json& value = field.is_object() ? at(field, "value") : field;
  return value.is_string() ? value.get<std::string>() : "";
}

Json display_value(std::string_view name, const Json& field) {
  if (!field.is_object()) return field;
  const Json& stored = at(field, "value");
  return is_date(name) && !is_blank(stored) ? stored : at(field, "display_value");
}

Json hardware(const Json& asset, const Json& computer, const Json& custom) {
  Json hardware = Json::object();
  for (const auto& [name, field] : asset.items()) hardware[name] = display_value(name, field);
  for (const char* name : computer_fields) {
    const bool is_given = computer.is_object() && computer.contains(name);
    Json value = is_given ? display_value(name, computer[name]) : Json("");
    if (!is_blank(value) || is_blank(at(hardware, name))) hardware[name] = std::move(value);
  }
  for (const auto& [name, field] : custom.items()) {
    if (name.starts_with("u_")) hardware[name] = display_value(name, field);
  }
  for (const auto& [name, value] : hardware.items()) {
    if (is_date(name)) value = utc_time(value);
  }
  return hardware;
}

}  // namespace connector::servicenow
