#include "simulator/payload.h"

#include <algorithm>
#include <span>
#include <string_view>

namespace connector::simulator {

namespace {

constexpr std::size_t max_records = 100;

bool is_text(const Json& value) {
  return value.is_string();
}
bool is_boolean(const Json& value) {
  return value.is_boolean();
}
bool is_filled_text(const Json& value) {
  return value.is_string() && !value.get_ref<const std::string&>().empty();
}
bool is_text_or_null(const Json& value) {
  return value.is_null() || value.is_string();
}
bool is_anything(const Json&) {
  return true;
}
bool is_text_or_integer(const Json& value) {
  return is_filled_text(value) || value.is_number_integer();
}
bool is_data_type(const Json& value) {
  return value == "assets" || value == "users";
}
bool is_one(const Json& value) {
  return value == 1;
}
bool is_true(const Json& value) {
  return value == true;
}
bool is_fatal_error(const Json& value) {
  return value == "Fatal Error";
}

bool is_list_of_texts(const Json& value) {
  return value.is_array() && std::ranges::all_of(value, is_text);
}

bool is_list(const Json& value) {
  return value.is_array();
}

bool is_object(const Json& value) {
  return value.is_object();
}

// A random UUID: xxxxxxxx-xxxx-4xxx-[89ab]xxx-xxxxxxxxxxxx
bool is_uuid4(const Json& value) {
  if (!value.is_string()) return false;
  const std::string& text = value.get_ref<const std::string&>();
  constexpr std::string_view shape = "xxxxxxxx-xxxx-4xxx-vxxx-xxxxxxxxxxxx";
  constexpr std::string_view hexadecimal = "0123456789abcdefABCDEF";
  return text.size() == shape.size() && std::ranges::equal(text, shape, [&](char c, char expected) {
           if (expected == 'x') return hexadecimal.find(c) != std::string_view::npos;
           if (expected == 'v') return std::string_view("89abAB").find(c) != std::string_view::npos;
           return c == expected;
         });
}

struct Field {
  const char* name;
  bool (*fits)(const Json&);
  const char* expected;
  bool required = true;
};

constexpr Field payload_fields[] = {
    {"connector_version", is_filled_text, "a text"},
    {"sync_field", is_list_of_texts, "a list of texts"},
    {"records", is_list, "a list of objects"},
    {"portion", is_uuid4, "a UUID of version 4"},
    {"data_type", is_data_type, "assets or users"},
    {"insert_only", is_boolean, "true or false"},
    {"update_only", is_boolean, "true or false"},
    {"test_run", is_boolean, "true or false"},
    {"error", is_text_or_null, "null or a text"},
    {"multi_str_input_value", is_anything, "any value"},
    {"connector_name", is_filled_text, "a text", false},
    {"connector_id", is_text_or_integer, "a text or an integer", false},
    {"error_type", is_fatal_error, "Fatal Error", false},
};

constexpr Field added_fields[] = {
    {"correlation_id", is_filled_text, "a text"},
    {"added", is_one, "1"},
};

constexpr Field failed_fields[] = {
    {"correlation_id", is_filled_text, "a text"}, {"failed", is_one, "1"},
    {"error_message", is_filled_text, "a text"},  {"error_type", is_fatal_error, "Fatal Error", false},
    {"test_run", is_boolean, "true or false"},    {"multi_str_input_value", is_anything, "any value"},
};

constexpr Field empty_run_fields[] = {
    {"correlation_id", is_filled_text, "a text"},
    {"is_empty_run", is_true, "true"},
    {"multi_str_input_value", is_anything, "any value"},
};

void check_fields(const Json& body, std::span<const Field> fields, const char* what) {
  for (const Field& field : fields) {
    auto found = body.find(field.name);
    if (found == body.end()) {
      if (field.required) throw BadPayload(std::string(field.name) + " is missing");
    } else if (!field.fits(*found)) {
      throw BadPayload(std::string(field.name) + " must be " + field.expected);
    }
  }
  for (auto& [name, value] : body.items())
    if (std::ranges::none_of(fields, [&](const Field& field) { return name == field.name; }))
      throw BadPayload(name + " is no field of " + what);
}

}  // namespace

void check_payload(const Json& payload) {
  if (!payload.is_object()) throw BadPayload("a payload must be a JSON object");
  check_fields(payload, payload_fields, "a payload");
  if (payload.contains("connector_name") == payload.contains("connector_id"))
    throw BadPayload("either connector_name or connector_id must be there");
  if (payload["insert_only"] == true && payload["update_only"] == true)
    throw BadPayload("insert_only and update_only exclude each other");
  std::size_t count = payload["records"].size();
  if (count > max_records) throw BadPayload("records must be at most " + std::to_string(max_records));
  // A record that failed may be anything that a source gives.
  if (payload["error"].is_null() && !std::ranges::all_of(payload["records"], is_object))
    throw BadPayload("records must be a list of objects");
  if (!payload["error"].is_null() && count > 1)
    throw BadPayload("records must be the one record that the error is about");
  if (payload.contains("error_type") && payload["error"].is_null()) throw BadPayload("error_type needs an error");
}

void check_ready_portion(const Json& body) {
  if (!body.is_object()) throw BadPayload("a ready portion must be a JSON object");
  if (body.contains("added")) return check_fields(body, added_fields, "a ready portion that was added");
  if (body.contains("failed")) return check_fields(body, failed_fields, "a ready portion that failed");
  check_fields(body, empty_run_fields, "an empty run");
}

}  // namespace connector::simulator
