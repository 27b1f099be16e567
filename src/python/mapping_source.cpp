#include "python/mapping_source.h"

#include <fmt/format.h>

#include <utility>

#include "connector/value_view.h"
#include "python/template_error.h"
#include "text/text.h"

namespace connector {
namespace {

using shortcut::Path;

/// A quoted literal without anything to unescape.
std::optional<std::string> quoted(std::string_view text) {
  if (text.size() < 2 || (text.front() != '\'' && text.front() != '"') || text.back() != text.front())
    return std::nullopt;
  text = text.substr(1, text.size() - 2);
  return text.find_first_of("'\"\\\r\n") == std::string_view::npos ? std::optional<std::string>(text) : std::nullopt;
}

std::string_view without_spaces(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(' ');
  return begin == std::string_view::npos ? std::string_view()
                                         : text.substr(begin, text.find_last_not_of(' ') + 1 - begin);
}

/// As Python's str() writes it; false for what only Python writes.
bool append_scalar(const Json& value, std::string& text) {
  const auto scalar = value.is_string() ? std::nullopt : shortcut::scalar_text(value);
  if (const auto* string = value.get_ptr<const std::string*>()) text += *string;
  if (scalar) text += *scalar;
  return value.is_string() || scalar;
}

/// The value of a native template that puts out this text alone.
bool append_value_of(std::string_view text, std::string& json) {
  const bool is_text = shortcut::is_no_literal(text);
  const auto value = is_text ? std::nullopt : shortcut::value_of(text);
  if (is_text) ValueView(text).append_to(json);
  if (value) ValueView(*value).append_to(json);
  return is_text || value;
}

}  // namespace

MappingSource::MappingSource(std::string text) : text_(std::move(text)), is_template_(shortcut::has_markup(text_)) {
  if (text_.empty()) {
    constant_ = Json();
  } else if (is_template_) {
    constant_ = shortcut::outcome_of_plain_text(text_);
  }
  if (constant_) return;
  path_ = is_template_ ? Path::of_template(text_) : Path::of_expression(text_);
  if (path_) return;
  if (auto pieces = pieces_of(text_, is_template_)) {
    pieces_ = *std::move(pieces);
  }
}

/// Paths and quoted literals joined by ~, or a list joined by a filter: "a ~ ' ' ~ b.c", "tags|join(', ')".
bool MappingSource::add_expression(std::string_view text, std::vector<Piece>& pieces) {
  if (const std::size_t bar = text.find('|'); bar != std::string_view::npos) {
    const auto path = Path::of_expression(without_spaces(text.substr(0, bar)));
    const std::string_view filter = without_spaces(text.substr(bar + 1));
    if (!filter.starts_with("join(") || !filter.ends_with(")") || !path) return false;
    const auto separator = quoted(without_spaces(filter.substr(5, filter.size() - 6)));
    if (separator) pieces.push_back({"", path, separator});
    return separator.has_value();
  }
  while (true) {
    const std::size_t tilde = text.find('~');
    const std::string_view part = without_spaces(text.substr(0, tilde));
    const auto literal = quoted(part);
    const auto path = literal ? std::nullopt : Path::of_expression(part);
    if (!literal && !path) return false;
    pieces.push_back({literal.value_or(""), path, std::nullopt});
    if (tilde == std::string_view::npos) return true;
    text.remove_prefix(tilde + 1);
  }
}

/// Nothing when there is anything else in it. What is put out in several pieces is text, as what ~ and join make.
std::optional<std::vector<MappingSource::Piece>> MappingSource::pieces_of(std::string_view text, bool is_template) {
  std::vector<Piece> pieces;
  if (!is_template) return add_expression(text, pieces) ? std::optional(pieces) : std::nullopt;
  while (!text.empty()) {
    const std::size_t open = text.find("{{");
    const std::string_view literal = text.substr(0, open);
    if (literal.find_first_of("{}\r\n") != std::string_view::npos) return std::nullopt;
    if (!literal.empty()) pieces.push_back({std::string(literal), std::nullopt, std::nullopt});
    if (open == std::string_view::npos) return pieces;
    const std::size_t close = text.find("}}", open);
    if (close == std::string_view::npos) return std::nullopt;
    const std::string_view inside = text.substr(open + 2, close - open - 2);
    const bool is_plain = inside.find_first_of("{}\r\n") == std::string_view::npos && !inside.starts_with('-') &&
                          !inside.ends_with('-') && !inside.starts_with('+');
    if (!is_plain || !add_expression(inside, pieces)) return std::nullopt;
    text.remove_prefix(close + 2);
  }
  return pieces;
}

bool MappingSource::append_piece(const Piece& piece, const Json& record, std::string& text) {
  if (!piece.path) {
    text += piece.literal;
    return true;
  }
  const Path::Found at = piece.path->follow_in(record);
  if (at.outcome == Path::Outcome::missing) return true;  // what is undefined is written as nothing
  if (at.outcome != Path::Outcome::found) return false;
  if (!piece.separator) return append_scalar(*at.value, text);
  if (!at.value->is_array()) return false;
  const char* separator = "";
  for (const Json& item : *at.value) {
    text += separator;
    if (!append_scalar(item, text)) return false;
    separator = piece.separator->c_str();
  }
  return true;
}

bool MappingSource::append(const Json& record, std::string& json) const {
  if (constant_) {
    ValueView(*constant_).append_to(json);
    return true;
  }
  if (path_) {
    const Path::Found at = path_->follow_in(record);
    if (at.outcome == Path::Outcome::below_missing) fail(text_, fmt::format("'{}' is undefined", at.missing));
    if (at.outcome == Path::Outcome::missing) json += "null";
    if (at.outcome != Path::Outcome::found) return at.outcome == Path::Outcome::missing;
    if (const auto* text = at.value->get_ptr<const std::string*>()) return append_value_of(*text, json);
    ValueView(*at.value).append_to(json);
    return true;
  }
  std::string text;
  for (const Piece& piece : pieces_) {
    if (!append_piece(piece, record, text)) return false;
  }
  return !pieces_.empty() && append_value_of(text, json);
}

}  // namespace connector
