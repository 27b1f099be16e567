#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connector/json.h"
#include "python/template_shortcut.h"

namespace connector {

/// What a mapping takes a field's value from, read once: a name, a path, an expression or a template over the record's
/// escaped keys.
class MappingSource {
 public:
  /// text: empty means null.
  explicit MappingSource(std::string text);

  const std::string& text() const { return text_; }

  /// The same as a template for Jinja2.
  std::string as_template() const { return is_template_ ? text_ : "{{" + text_ + "}}"; }

  /// Whether it calls something, or seems to: only then may rendering it change values.
  bool has_call() const { return !constant_ && !path_ && pieces_.empty() && text_.find('(') != std::string::npos; }

  /// Appends the value's JSON text, where it takes no Python to know it: paths, and strings made of paths and literals.
  /// false: only Python knows, and nothing was appended. Throws TemplateError for going on below something undefined.
  bool append(const Json& record, std::string& json) const;

 private:
  /// A literal, or what a path leads to; with a separator the items of the list that it leads to.
  struct Piece {
    std::string literal;
    std::optional<shortcut::Path> path;
    std::optional<std::string> separator;
  };

  static std::optional<std::vector<Piece>> pieces_of(std::string_view text, bool is_template);
  static bool add_expression(std::string_view text, std::vector<Piece>& pieces);
  static bool append_piece(const Piece& piece, const Json& record, std::string& text);

  std::string text_;
  bool is_template_;
  std::optional<Json> constant_;
  std::optional<shortcut::Path> path_;  ///< when it is nothing but a path
  std::vector<Piece> pieces_;           ///< when it is several
};

}  // namespace connector
