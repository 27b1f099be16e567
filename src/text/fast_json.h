#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "text/json_builder.h"

namespace connector {

/// A JSON text as simdjson reads it: checked as a whole, kept in a compact form, told as often as wanted.
class FastJson {
 public:
  /// Nothing when the text is not JSON, when it holds what simdjson does not keep (integers beyond 64 bits, half a
  /// surrogate pair), and when it is too short to be worth it or so long that its form would take too much memory.
  static std::optional<FastJson> of(std::string_view text);

  /// Tells the builder what there is. False when the builder wants no more.
  bool tell(JsonBuilder& builder) const;

 private:
  struct Document;

  explicit FastJson(std::shared_ptr<const Document> document) : document_(std::move(document)) {}

  std::shared_ptr<const Document> document_;
};

}  // namespace connector
