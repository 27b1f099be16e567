#include "casper/events.h"

#include <algorithm>

namespace connector::casper {
namespace {

constexpr std::size_t max_digits = 18;

/// A positive whole number, also as text; empty for anything else.
std::string id_of(const Json& value) {
  std::string digits;
  if (value.is_string()) digits = value.get<std::string>();
  if (value.is_number_integer()) digits = to_text(value);
  if (digits.empty() || digits.find_first_not_of("0123456789") != std::string::npos) return {};
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
  return digits.size() > max_digits ? "" : digits;
}

/// Check-ins and finished policies hold the device as an object.
std::string device_of(const Json& event) {
  for (const char* name : {"jssID", "computer.jssID", "mobileDevice.jssID"}) {
    if (std::string id = id_of(at(event, name)); !id.empty()) return id;
  }
  return {};
}

}  // namespace

Notice read_event(const WebhookEvent& event, bool of_mobile_devices) {
  const bool is_of_mobile_device = event.name.starts_with("MobileDevice");
  if (!is_of_mobile_device && !event.name.starts_with("Computer")) {
    return {.key = "", .unwanted = "it is not about a computer or mobile device"};
  }
  if (is_of_mobile_device != of_mobile_devices) {
    return {.key = "",
            .unwanted = of_mobile_devices ? "sync_type is mobiledevices, they are about computers"
                                          : "sync_type is computers, they are about mobile devices",
            .is_misdirected = true};
  }
  return {.key = device_of(event.details), .unwanted = "it names no device by a jssID"};
}

}  // namespace connector::casper
