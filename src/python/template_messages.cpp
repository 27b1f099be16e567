#include "python/template_messages.h"

#include <bit>
#include <cmath>
#include <stdexcept>

namespace connector {
namespace {

MessageWriter& tell(ValueKind kind, MessageWriter& message) {
  return message.number(static_cast<std::uint64_t>(kind));
}

void write_nested(const Json& value, MessageWriter& message) {
  if (value.is_array()) {
    tell(ValueKind::list, message).number(value.size());
    for (const Json& item : value) write_value(item, message);
    return;
  }
  const auto& members = value.get_ref<const Json::object_t&>();
  tell(ValueKind::object, message).number(members.size());
  for (const auto& [name, item] : members) {
    message.text(name);
    write_value(item, message);
  }
}

/// Of a message that need not be true.
class ValueReader {
 public:
  explicit ValueReader(MessageReader& message) : message_(message) {}

  Json read() {
    const auto kind = static_cast<ValueKind>(message_.number());
    switch (kind) {
      case ValueKind::null:
        return nullptr;
      case ValueKind::no:
      case ValueKind::yes:
        return kind == ValueKind::yes;
      case ValueKind::integer:
        return std::bit_cast<std::int64_t>(message_.number());
      case ValueKind::natural:
        return message_.number();
      case ValueKind::fraction:
        return fraction(std::bit_cast<double>(message_.number()));
      case ValueKind::digits:
        return digits(message_.text());
      case ValueKind::text:
        return std::string(message_.text());
      case ValueKind::list:
        return nested([&](Json& list) { list.push_back(read()); }, Json::array());
      case ValueKind::object:
        return object();
    }
    throw std::runtime_error("a value of an unknown kind came from another process");
  }

 private:
  static Json fraction(double number) { return std::isfinite(number) ? Json(number) : Json(); }

  static Json digits(std::string_view digits) {
    const std::string_view number = digits.substr(digits.starts_with('-') ? 1 : 0);
    if (number.empty() || number.find_first_not_of("0123456789") != std::string_view::npos)
      throw std::runtime_error("a number that is none came from another process");
    return big_integer(digits);
  }

  template <class Add>
  Json nested(Add add, Json value) {
    constexpr std::size_t deepest = 500;
    if (++depth_ > deepest) throw std::runtime_error("a value that is nested too deeply came from another process");
    for (std::uint64_t count = message_.number(); count > 0; --count) add(value);
    --depth_;
    return value;
  }

  Json object() {
    ObjectBuilder members;
    nested(
        [&](Json&) {
          const std::string name(message_.text());
          members[name] = read();
        },
        {});
    return members.take();
  }

  MessageReader& message_;
  std::size_t depth_ = 0;
};

}  // namespace

Json read_value(MessageReader& message) {
  return ValueReader(message).read();
}

void write_value(const Json& value, MessageWriter& message) {
  switch (value.type()) {
    case Json::value_t::boolean:
      tell(value.get<bool>() ? ValueKind::yes : ValueKind::no, message);
      return;
    case Json::value_t::number_integer:
      tell(ValueKind::integer, message).number(std::bit_cast<std::uint64_t>(value.get<std::int64_t>()));
      return;
    case Json::value_t::number_unsigned:
      tell(ValueKind::natural, message).number(value.get<std::uint64_t>());
      return;
    case Json::value_t::number_float:
      tell(ValueKind::fraction, message).number(std::bit_cast<std::uint64_t>(value.get<double>()));
      return;
    case Json::value_t::string:
      tell(ValueKind::text, message).text(value.get_ref<const std::string&>());
      return;
    case Json::value_t::array:
    case Json::value_t::object:
      write_nested(value, message);
      return;
    default:
      break;
  }
  if (const auto digits = big_integer_digits(value)) {
    tell(ValueKind::digits, message).text(*digits);
  } else {
    tell(ValueKind::null, message);
  }
}

}  // namespace connector
