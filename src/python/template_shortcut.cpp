#include "python/template_shortcut.h"

#include <uninorm.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <memory>

namespace connector::shortcut {
namespace {

using std::string_view;

constexpr std::size_t longest_value = 1000;
constexpr string_view digits = "0123456789";

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_ascii(char c) {
  return static_cast<unsigned char>(c) < 0x80;
}
bool is_name_start(char c) {
  return is_letter(c) || c == '_';
}
bool is_name_part(char c) {
  return is_name_start(c) || is_digit(c);
}

bool contains(string_view text, string_view part) {
  return text.find(part) != string_view::npos;
}
bool contains_any(string_view text, string_view characters) {
  return text.find_first_of(characters) != string_view::npos;
}
bool consists_of(string_view text, string_view characters) {
  return text.find_first_not_of(characters) == string_view::npos;
}

template <std::size_t count>
bool is_one_of(string_view text, const std::array<string_view, count>& words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

/// The text from its character number `position` (at most 2) on.
string_view from_character(string_view text, int position) {
  const auto is_continuation = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; };
  for (; position > 0 && !text.empty(); --position) {
    text.remove_prefix(1);
    while (!text.empty() && is_continuation(text.front())) text.remove_prefix(1);
  }
  return text;
}

bool is_quote_at(string_view text, int position) {
  const string_view rest = from_character(text, position);
  return !rest.empty() && (rest.front() == '\'' || rest.front() == '"');
}

bool begins_like_a_word(string_view text) {
  constexpr std::array<string_view, 4> literals{"None", "True", "False", "set"};
  if (!is_name_start(text.front()) && is_ascii(text.front())) return false;
  for (const string_view literal : literals) {
    if (text.starts_with(literal)) return false;
  }
  return !is_quote_at(text, 1) && !is_quote_at(text, 2);
}

/// `[0-9]+([eE][0-9]+)?[jJ]`, and what is like it but without the last letter: `[0-9]+[eE][0-9]+`.
bool is_exponent_or_complex(string_view text) {
  const bool imaginary = text.back() == 'j' || text.back() == 'J';
  if (imaginary) text.remove_suffix(1);
  const std::size_t end = text.find_first_not_of(digits);
  if (end == string_view::npos) return imaginary;
  const string_view exponent = text.substr(end + 1);
  return (text[end] == 'e' || text[end] == 'E') && !exponent.empty() && consists_of(exponent, digits);
}

/// Of letters and digits, with a digit first: a number that Python can read?
bool may_be_number(string_view text) {
  if (text.front() != '0' ? consists_of(text, digits) : consists_of(text, "0")) return true;
  if (text.front() == '0' && text.size() > 2) {
    const string_view rest = text.substr(2);
    switch (text[1]) {
      case 'x':
      case 'X':
        if (consists_of(rest, "0123456789abcdefABCDEF")) return true;
        break;
      case 'o':
      case 'O':
        if (consists_of(rest, "01234567")) return true;
        break;
      case 'b':
      case 'B':
        if (consists_of(rest, "01")) return true;
        break;
      default:
        break;
    }
  }
  return is_exponent_or_complex(text);
}

/// Python normalizes names (NFKC) before it takes set() for one: `ſet()` is it, too.
bool may_hold_set(string_view text) {
  if (!contains(text, "(") || std::all_of(text.begin(), text.end(), is_ascii)) return false;
  std::size_t length = 0;
  const std::unique_ptr<std::uint8_t, decltype(&std::free)> normal(
      u8_normalize(UNINORM_NFKC, reinterpret_cast<const std::uint8_t*>(text.data()), text.size(), nullptr, &length),
      std::free);
  return !normal || contains({reinterpret_cast<const char*>(normal.get()), length}, "set");
}

bool has_sign_inside(string_view text) {
  for (std::size_t i = 1; i < text.size(); ++i) {
    if ((text[i] == '+' || text[i] == '-') && text[i - 1] != 'e' && text[i - 1] != 'E') return true;
  }
  return false;
}

/// Begins with a digit, but is not a number and no list of numbers: "312-800-9919", "10.0.0.1", "2021-10-15", "7f3a".
bool is_no_number(string_view text) {
  if (std::all_of(text.begin(), text.end(), [](char c) { return is_letter(c) || is_digit(c); })) {
    return !may_be_number(text);
  }
  if (contains_any(text, "'\"#,([{jJ")) return false;
  return has_sign_inside(text) || std::count(text.begin(), text.end(), '.') >= 2;
}

bool has_foreign_character(string_view text) {
  const auto is_known = [](char c) {
    return is_name_part(c) || (c != '\0' && contains(".+-,()[]{}:\\ \t\n\r\f", string_view(&c, 1)));
  };
  return !std::all_of(text.begin(), text.end(), is_known);
}

/// `0+` or `[1-9][0-9]{0,17}`
std::optional<Json> small_number(string_view text) {
  if (!consists_of(text, digits)) return std::nullopt;
  if (text.front() == '0') return consists_of(text, "0") ? std::optional<Json>(0) : std::nullopt;
  if (text.size() > 18) return std::nullopt;
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

/// The words of Jinja2, and the names that it knows without a record.
bool is_reserved(string_view name) {
  constexpr std::array<string_view, 20> words{"true",  "false", "none",   "True",   "False",  "None",     "not",
                                              "and",   "or",    "in",     "is",     "if",     "else",     "self",
                                              "range", "dict",  "lipsum", "cycler", "joiner", "namespace"};
  return name == "import" || is_one_of(name, words);
}

bool is_method_of_dict(string_view name) {
  constexpr std::array<string_view, 11> methods{"clear", "copy",    "fromkeys",   "get",    "items", "keys",
                                                "pop",   "popitem", "setdefault", "update", "values"};
  return is_one_of(name, methods);
}

bool is_name(string_view text) {
  return !text.empty() && is_name_start(text.front()) && std::all_of(text.begin(), text.end(), is_name_part);
}

const Json* find_member(const Json& object, string_view name) {
  for (const auto& [key, value] : object.get_ref<const Json::object_t&>()) {
    if (key == name) return &value;
  }
  return nullptr;
}

/// Cuts the first character off and returns its word in names, empty for one that stands for itself.
string_view take_word(string_view& key, char& itself) {
  constexpr string_view characters = ".:-#$@/*!%^?=+&<>() ";
  constexpr std::array<string_view, characters.size()> words{
      "_DOT_",       "_COLON_",    "_DASH_",     "_HASH_",     "_DOLLAR_",    "_AT_",    "_SLASH_",
      "_STAR_",      "_EXCLAIM_",  "_PERCENT_",  "_CIRCUM_",   "_QUES_",      "_EQUAL_", "_PLUS_",
      "_AMPERSAND_", "_LESSTHAN_", "_GRTRTHAN_", "_OPENBRAC_", "_CLOSEBRAC_", "_SPACE_"};
  itself = key.front();
  if (key.starts_with("£")) {
    key.remove_prefix(string_view("£").size());
    return "_POUND_";
  }
  key.remove_prefix(1);
  const std::size_t place = characters.find(itself);
  return place == string_view::npos ? string_view() : words[place];
}

/// What whole keys become; empty for those that stay.
string_view renamed(string_view key) {
  constexpr std::array<std::pair<string_view, string_view>, 7> names{{{"not", "_NOT_"},
                                                                      {"self", "_SELF_"},
                                                                      {"False", "_FALSE_"},
                                                                      {"None", "_NONE_"},
                                                                      {"True", "_TRUE_"},
                                                                      {"false", "_FALSE_"},
                                                                      {"true", "_TRUE_"}}};
  for (const auto& [from, to] : names) {
    if (key == from) return to;
  }
  return {};
}

bool escapes_to(string_view key, string_view name) {
  if (const string_view other = renamed(key); !other.empty()) return other == name;
  while (!key.empty()) {
    char itself = 0;
    const string_view word = take_word(key, itself);
    if (word.empty() ? !name.starts_with(itself) : !name.starts_with(word)) return false;
    name.remove_prefix(word.empty() ? 1 : word.size());
  }
  return name.empty();
}

/// Whether another key than `name` itself can escape to it: all the words end in an upper case letter and `_`.
bool may_be_escaped(string_view name) {
  for (std::size_t i = name.find('_', 1); i != string_view::npos; i = name.find('_', i + 1)) {
    if (name[i - 1] >= 'A' && name[i - 1] <= 'Z') return true;
  }
  return false;
}

/// Most values: a word that no literal begins with, and no prefix of a quoted string.
bool is_plainly_a_word(string_view text) {
  if (text.size() < 3 || text.size() > longest_value || !is_letter(text.front())) return false;
  switch (text.front()) {
    case 'N':
    case 'T':
    case 'F':
    case 's':
      return false;
    default:
      break;
  }
  return is_name_part(text[1]) && is_name_part(text[2]) && !contains(text, "(");
}

}  // namespace

bool has_markup(string_view source) {
  for (const char* mark : {"{{", "}}", "{%", "%}"}) {
    if (source.find(mark) != string_view::npos) return true;
  }
  return false;
}

std::optional<std::string> scalar_text(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_null()) return "None";
  if (value.is_boolean()) return value.get<bool>() ? "True" : "False";
  if (value.is_number_integer()) return to_text(value);
  if (const auto digits = big_integer_digits(value)) return std::string(*digits);
  return std::nullopt;
}

std::optional<std::string> plain_text(string_view source) {
  for (std::size_t i = source.find('{'); i != string_view::npos; i = source.find('{', i + 1)) {
    if (i + 1 < source.size() && contains("{%#", source.substr(i + 1, 1))) return std::nullopt;
  }
  std::string text;
  text.reserve(source.size());
  for (std::size_t i = 0; i < source.size(); ++i) {
    if (source[i] != '\r') {
      text += source[i];
    } else if (i + 1 == source.size() || source[i + 1] != '\n') {
      text += '\n';
    }
  }
  if (text.ends_with('\n')) text.pop_back();
  return text;
}

bool is_no_literal(string_view text) {
  if (text.empty() || is_plainly_a_word(text)) return true;
  if (text.size() > longest_value || may_hold_set(text)) return false;
  if (begins_like_a_word(text)) return true;
  if (is_digit(text.front()) && is_no_number(text)) return true;
  if (contains_any(text, "'\"#")) return false;
  return has_foreign_character(text) || (contains(text, ":") && !contains(text, "{"));
}

std::optional<Json> value_of(string_view text) {
  if (!text.empty() && text.size() <= longest_value) {
    if (auto number = small_number(text)) return number;
  }
  if (is_no_literal(text)) return Json(std::string(text));
  return std::nullopt;
}

std::optional<Path> Path::of_expression(string_view source) {
  bool is_first = true;
  for (string_view rest = source;; is_first = false) {
    const std::size_t dot = rest.find('.');
    const string_view name = rest.substr(0, dot);
    if (!is_name(name) || (is_first ? is_reserved(name) : name.starts_with("__"))) return std::nullopt;
    if (dot == string_view::npos) return Path(source);
    rest.remove_prefix(dot + 1);
  }
}

std::optional<Path> Path::of_template(string_view source) {
  if (source.size() < 5 || !source.starts_with("{{") || !source.ends_with("}}")) return std::nullopt;
  source.remove_prefix(2);
  source.remove_suffix(2);
  source.remove_prefix(std::min(source.find_first_not_of(' '), source.size()));
  return of_expression(source.substr(0, source.find_last_not_of(' ') + 1));
}

Path::Path(string_view text) : text_(text) {
  for (string_view rest = text;;) {
    const std::size_t dot = rest.find('.');
    const string_view name = rest.substr(0, dot);
    steps_.push_back({.name = std::string(name), .is_method = is_method_of_dict(name)});
    if (dot == string_view::npos) break;
    rest.remove_prefix(dot + 1);
  }
  may_be_escaped_ = may_be_escaped(steps_.front().name);
}

/// Where the member was in the last record it is in most.
const Json* Path::Step::find_in(const Json& object) const {
  const auto& members = object.get_ref<const Json::object_t&>();
  const auto begin = members.begin();
  const std::size_t last = place.load();
  if (last < members.size() && begin[static_cast<std::ptrdiff_t>(last)].first == name)
    return &begin[static_cast<std::ptrdiff_t>(last)].second;
  const auto found = std::find_if(begin, members.end(), [&](const auto& member) { return member.first == name; });
  if (found == members.end()) return nullptr;
  place.store(static_cast<std::size_t>(found - begin));
  return &found->second;
}

Path::Found Path::follow_in(const Json& record) const {
  const Step& first = steps_.front();
  return follow(may_be_escaped_ ? find_escaped(record, first.name) : first.find_in(record));
}

Path::Found Path::follow(const Json* start) const {
  const Json* value = start;
  for (std::size_t i = 1; i < steps_.size(); ++i) {
    const Step& step = steps_[i];
    if (value == nullptr) return {Outcome::below_missing, nullptr, steps_[i - 1].name};
    if (value->is_null()) {
      value = nullptr;
    } else if (value->is_object() && !step.is_method) {
      value = step.find_in(*value);
    } else {
      return {Outcome::ask_python};
    }
  }
  return value != nullptr ? Found{Outcome::found, value} : Found{Outcome::missing};
}

std::optional<Json> outcome_of(const Path::Found& at) {
  if (at.outcome == Path::Outcome::missing) return Json();
  if (at.outcome != Path::Outcome::found) return std::nullopt;
  return at.value->is_string() ? value_of(at.value->get_ref<const std::string&>()) : *at.value;
}

std::optional<Json> outcome_of_plain_text(std::string_view source) {
  const auto text = plain_text(source);
  if (!text) return std::nullopt;
  return text->empty() ? Json() : value_of(*text);
}

std::string escaped_key(string_view key) {
  if (const string_view other = renamed(key); !other.empty()) return std::string(other);
  std::string name;
  name.reserve(key.size() + 16);
  while (!key.empty()) {
    char itself = 0;
    const string_view word = take_word(key, itself);
    if (word.empty()) {
      name += itself;
    } else {
      name += word;
    }
  }
  return name;
}

const Json* find_escaped(const Json& record, string_view name) {
  if (!may_be_escaped(name)) return find_member(record, name);
  const Json* found = nullptr;
  for (const auto& [key, value] : record.get_ref<const Json::object_t&>()) {
    if (escapes_to(key, name)) found = &value;
  }
  return found;
}

}  // namespace connector::shortcut
