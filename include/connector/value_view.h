#pragma once

#include <string>
#include <string_view>

#include "connector/json.h"
#include "connector/text_builder.h"

namespace connector {

/// A value that somebody else keeps: a string, which most values are, another value as Json, or one as JSON text.
class ValueView {
 public:
  ValueView(std::string_view text) : text_(text) {}
  ValueView(const Json& json) : json_(&json) {
    if (const auto* text = json.get_ptr<const std::string*>()) *this = ValueView(std::string_view(*text));
  }
  ValueView(const Json&&) = delete;

  /// json: valid JSON text of something that is not a string.
  static ValueView of_json_text(std::string_view json) {
    ValueView view(json);
    view.is_json_text_ = true;
    return view;
  }

  bool is_string() const { return json_ == nullptr && !is_json_text_; }
  std::string_view text() const { return text_; }  ///< of a string, or the JSON text

  bool is_empty() const;

  /// scratch: holds the value where the view has no Json.
  const Json& as_json(Json& scratch) const;

  /// Appends its JSON text.
  void append_to(std::string& json) const;
  void append_to(TextBuilder& json) const;

 private:
  const Json* json_ = nullptr;
  std::string_view text_;
  bool is_json_text_ = false;
};

}  // namespace connector
