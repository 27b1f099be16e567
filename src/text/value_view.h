#pragma once

#include <string>
#include <string_view>

#include "connector/json.h"

namespace connector {

/// A value that somebody else keeps: a string, which most values are, or any other as Json.
class ValueView {
 public:
  ValueView(std::string_view text) : text_(text) {}
  ValueView(const Json& json) {
    if (const auto* text = json.get_ptr<const std::string*>()) {
      text_ = *text;
    } else {
      json_ = &json;
    }
  }
  ValueView(const Json&&) = delete;

  bool is_string() const { return json_ == nullptr; }
  std::string_view text() const { return text_; }  ///< of a string
  const Json& json() const { return *json_; }      ///< of another value

  bool is_empty() const { return is_string() ? text_.empty() : connector::is_empty(*json_); }

  /// For what wants Json: scratch holds it where the view has none.
  const Json& as_json(Json& scratch) const { return is_string() ? scratch = std::string(text_) : *json_; }

 private:
  const Json* json_ = nullptr;
  std::string_view text_;
};

/// Appends JSON text.
void append_json(std::string& json, const ValueView& value);

}  // namespace connector
