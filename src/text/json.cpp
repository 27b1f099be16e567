#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "text/fast_json.h"
#include "text/json_builder.h"
#include "text/json_repair.h"
#include "text/lenient_json.h"

namespace connector {
namespace {

constexpr std::uint64_t big_integer_kind = 0x1b16;

/// The parser with a wider number: reads integers of more than 308 digits, which are infinite as a double.
using WideJson = nlohmann::basic_json<nlohmann::ordered_map, std::vector, std::string, bool, std::int64_t,
                                      std::uint64_t, long double>;

template <class Parser>
bool tell(std::string_view text, JsonBuilder& builder) {
  return Parser::sax_parse(text.data(), text.data() + text.size(), &builder);
}

/// A word that is not JSON is a syntax error for the parser.
bool is_about_numbers(JsonBuilder::Failure failure) {
  return failure == JsonBuilder::Failure::syntax || failure == JsonBuilder::Failure::large_number;
}

bool holds_binary(const Json& value) {
  if (value.is_binary()) return true;
  if (value.is_array()) return std::any_of(value.begin(), value.end(), holds_binary);
  if (!value.is_object()) return false;
  const JsonMembers& members = members_of(value);
  return std::any_of(members.begin(), members.end(), [](const JsonMember& m) { return holds_binary(m.second); });
}

/// Writes lists and objects itself, since the library has no word for a number of its own, and leaves the rest to it.
class Writer {
 public:
  Writer(int indent, bool ascii) : indent_(indent), ascii_(ascii) {}

  std::string text;

  void write(const Json& value, int level = 0) {
    if (const auto digits = big_integer_digits(value)) {
      text += *digits;
    } else if (value.is_binary()) {
      text += "null";
    } else if (value.is_array() && !value.empty()) {
      text += '[';
      for (std::size_t i = 0; i < value.size(); ++i) {
        line(i > 0, level + 1);
        write(value[i], level + 1);
      }
      line(false, level);
      text += ']';
    } else if (value.is_object() && !value.empty()) {
      text += '{';
      for (const JsonMember& member : members_of(value)) {
        line(&member != members_of(value).data(), level + 1);
        text += scalar(member.first);
        text += indent_ < 0 ? ":" : ": ";
        write(member.second, level + 1);
      }
      line(false, level);
      text += '}';
    } else {
      text += scalar(value);
    }
  }

 private:
  std::string scalar(const Json& value) const { return value.dump(-1, ' ', ascii_, Json::error_handler_t::replace); }

  void line(bool comma, int level) {
    if (comma) text += ',';
    if (indent_ < 0) return;
    text += '\n';
    text.append(static_cast<std::size_t>(indent_) * static_cast<std::size_t>(level), ' ');
  }

  int indent_;
  bool ascii_;
};

Json parse(std::string_view text, const JsonBounds& bounds = {}, JsonItems* items = nullptr) {
  // The library takes a zero byte for the end of the text, whatever follows.
  if (const std::size_t zero = text.find('\0'); zero != std::string_view::npos) {
    throw JsonError("at character " + std::to_string(zero + 1) + ": a zero byte");
  }
  const JsonItems unread{items ? items->list : ""};
  const std::optional<FastJson> fast = FastJson::of(text);
  std::string repaired;
  bool wide = false;
  bool tried_surrogates = false;
  bool tried_numbers = bounds.mended_numbers == nullptr;
  const auto read = [&](JsonBuilder& builder) {
    if (fast) return fast->tell(builder);
    return wide ? tell<WideJson>(text, builder) : tell<Json>(text, builder);
  };
  for (;;) {
    JsonBuilder builder(bounds, items ? &unread : nullptr);
    if (read(builder)) {
      if (!items) return builder.take();
      items->members = builder.members_seen();
      break;
    }
    const auto failure = builder.failure();
    if (failure == JsonBuilder::Failure::lone_surrogate && !std::exchange(tried_surrogates, true)) {
      text = repaired = without_lone_surrogates(text);
    } else if (failure == JsonBuilder::Failure::long_integer && !wide) {
      wide = true;
    } else if (is_about_numbers(failure) && !std::exchange(tried_numbers, true)) {
      std::string without = without_non_numbers(text);
      if (without == text) throw JsonError(builder.error());
      *bounds.mended_numbers = true;
      text = repaired = std::move(without);
    } else if (failure == JsonBuilder::Failure::out_of_bounds && bounds.too_much_is_a_source_error) {
      throw TooManyValues(builder.error());
    } else {
      throw JsonError(builder.error());
    }
  }
  JsonBuilder builder(bounds, items);
  if (!read(builder)) throw TooManyValues(builder.error());  // all else was found before
  return builder.take();
}

}  // namespace

Json parse_json(std::string_view text) {
  return parse(text);
}

Json parse_json_without_depths(std::string_view text) {
  return parse(text, {.leave_depths_out = true});
}

Json parse_lenient_json(std::string_view text, bool& has_mended, std::size_t max_values) {
  const bool is_bounded = max_values < std::numeric_limits<std::size_t>::max();
  return parse(text,
               {.max_values = max_values, .too_much_is_a_source_error = is_bounded, .mended_numbers = &has_mended});
}

Json parse_lenient_json_items(std::string_view text, std::string_view list, const std::function<void(Json)>& take,
                              bool& has_mended, std::size_t max_values) {
  JsonItems items{list, take};
  return parse(text, {.max_values = max_values, .too_much_is_a_source_error = true, .mended_numbers = &has_mended},
               &items);
}

Json parse_json_items(std::string_view text, std::string_view list, const std::function<void(Json)>& take) {
  JsonItems items{list, take};
  return parse(text, {}, &items);
}

std::string to_text(const Json& value, int indent, bool ascii) {
  if (!holds_binary(value)) return value.dump(indent, ' ', ascii, Json::error_handler_t::replace);
  Writer writer(indent, ascii);
  writer.write(value);
  return std::move(writer.text);
}

Json big_integer(std::string_view digits) {
  return Json::binary(Json::binary_t::container_type(digits.begin(), digits.end()), big_integer_kind);
}

std::optional<std::string_view> big_integer_digits(const Json& value) {
  if (!value.is_binary()) return std::nullopt;
  const Json::binary_t& bytes = value.get_binary();
  if (!bytes.has_subtype() || bytes.subtype() != big_integer_kind) return std::nullopt;
  return std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

}  // namespace connector
