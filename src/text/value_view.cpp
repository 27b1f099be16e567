#include "text/value_view.h"

#include <algorithm>

namespace connector {
namespace {

/// Strings without anything to escape are most of what travels: they need no serializer.
bool is_plain(std::string_view text) {
  bool plain = true;
  for (const char c : text) plain &= c >= ' ' && c < 0x7f && c != '"' && c != '\\';  // no branches: a loop of vectors
  return plain;
}

}  // namespace

void append_json(std::string& json, const ValueView& value) {
  if (!value.is_string()) {
    json += value.json().is_null() ? "null" : to_text(value.json());
  } else if (is_plain(value.text())) {
    json += '"';
    json += value.text();
    json += '"';
  } else {
    json += to_text(std::string(value.text()));
  }
}

}  // namespace connector
