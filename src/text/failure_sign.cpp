#include "text/failure_sign.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "text/text.h"

namespace connector {
namespace {

constexpr std::array<std::string_view, 10> bad_names = {"error",        "errors",    "errorcode", "errormessage",
                                                        "errordetails", "fault",     "faultcode", "faultstring",
                                                        "exception",    "exceptions"};
constexpr std::array<std::string_view, 2> good_names = {"success", "ok"};
constexpr std::array<std::string_view, 2> status_names = {"status", "statuscode"};
constexpr std::array<std::string_view, 4> bad_states = {"error", "failed", "failure", "fail"};
constexpr std::array<std::string_view, 6> no_failures = {"0", "none", "ok", "success", "false", "null"};

template <std::size_t size>
bool is_one_of(std::string_view text, const std::array<std::string_view, size>& texts) {
  return std::find(texts.begin(), texts.end(), text) != texts.end();
}

/// error_code and errorCode are the same.
std::string plain_name(std::string_view key) {
  std::string name = ascii_lower_case(key);
  std::erase_if(name, [](char c) { return c == '_' || c == '-'; });
  return name;
}

std::string lower_text(const Json& value) {
  return value.is_string() ? ascii_lower_case(trimmed(value.get_ref<const std::string&>())) : std::string();
}

bool is_bad_status(const Json& value) {
  constexpr int first_error = 400;
  constexpr int last_error = 599;
  if (value.is_number_integer()) return value >= first_error && value <= last_error;
  return is_one_of(lower_text(value), bad_states);
}

bool tells_failure(std::string_view name, const Json& value) {
  if (is_one_of(name, bad_names)) return !is_empty(value) && !is_one_of(lower_text(value), no_failures);
  if (is_one_of(name, good_names)) return value == false || lower_text(value) == "false";
  return is_one_of(name, status_names) && is_bad_status(value);
}

}  // namespace

std::string failure_sign(const Json& value) {
  if (!value.is_object()) return {};
  for (const auto& [key, member] : value.get_ref<const Json::object_t&>()) {
    if (tells_failure(plain_name(key), member)) return to_text(key) + ": " + to_text(member);
  }
  return {};
}

bool has_error_status(const Json& value) {
  if (!value.is_object()) return false;
  const auto status = value.find("status");
  return status != value.end() && lower_text(*status) == "error";
}

}  // namespace connector
