#include "text/fast_json.h"

#include <simdjson.h>

#include <cstddef>

namespace connector {
namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;

constexpr std::size_t shortest = 256;
constexpr std::size_t longest = std::size_t{32} << 20;  // takes about three times as much while it is read

bool tell(const element& value, JsonBuilder& builder) {
  switch (value.type()) {
    case element_type::OBJECT:
      if (!builder.start_object(0)) return false;
      for (const auto& [key, member] : simdjson::dom::object(value)) {
        if (!builder.key(key) || !tell(member, builder)) return false;
      }
      return builder.end_object();
    case element_type::ARRAY:
      if (!builder.start_array(0)) return false;
      for (const element& item : simdjson::dom::array(value)) {
        if (!tell(item, builder)) return false;
      }
      return builder.end_array();
    case element_type::STRING:
      return builder.string(std::string_view(value));
    case element_type::INT64: {
      const std::int64_t number(value);  // nlohmann's parser calls only negative ones signed
      return number < 0 ? builder.number_integer(number) : builder.number_unsigned(static_cast<std::uint64_t>(number));
    }
    case element_type::UINT64:
      return builder.number_unsigned(std::uint64_t(value));
    case element_type::DOUBLE:
      return builder.number_float(double(value));
    case element_type::BOOL:
      return builder.boolean(bool(value));
    case element_type::NULL_VALUE:
      break;
  }
  return builder.null();
}

}  // namespace

struct FastJson::Document {
  simdjson::dom::parser parser{};
  element root = {};
};

std::optional<FastJson> FastJson::of(std::string_view text) {
  if (text.size() < shortest || text.size() > longest) return std::nullopt;
  auto document = std::make_shared<Document>();
  if (document->parser.parse(text.data(), text.size()).get(document->root) != simdjson::SUCCESS) return std::nullopt;
  return FastJson(std::move(document));
}

bool FastJson::tell(JsonBuilder& builder) const {
  return connector::tell(document_->root, builder);
}

}  // namespace connector
