#pragma once

#include <atomic>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connector/json.h"

/// What templates come to without Python, in the cases where that is exactly what Jinja2 would make of them. All of it
/// is pure, and thread-safe. Costs: tens of nanoseconds for a path or a value, against some ten microseconds in Python.
namespace connector::shortcut {

/// Whether a mapping's source is a template, and not an expression.
bool has_markup(std::string_view source);

/// A value as Python writes it ("True", "5", "None"); nothing for lists, objects and fractions.
std::optional<std::string> scalar_text(const Json& value);

/// What a template without `{{`, `{%` and `{#` renders to; nothing when it has one of them.
std::optional<std::string> plain_text(std::string_view source);

/// The outcome of a native template that puts out this text alone: the value of the Python literal that it is, or the
/// text. Nothing: only Python knows.
std::optional<Json> value_of(std::string_view text);

/// Whether a string is certainly no Python literal.
bool is_no_literal(std::string_view text);

/// A name, or names joined by dots, that means the same in a template.
class Path {
 public:
  /// Nothing when `source` is another kind of expression.
  static std::optional<Path> of_expression(std::string_view source);

  /// Of a template like `{{ user.email }}`; nothing when it is another one.
  static std::optional<Path> of_template(std::string_view source);

  const std::string& text() const { return text_; }
  const std::string& first() const { return steps_.front().name; }

  enum class Outcome { found, missing, below_missing, ask_python };
  struct Found {
    Outcome outcome;
    const Json* value = nullptr;    ///< what was found; lives as long as `start`
    std::string_view missing = {};  ///< below_missing: the name that is not there; lives as long as the path
  };

  /// Follows the other names from the value of the first, nullptr when there is none.
  Found follow(const Json* start) const;

  /// Follows all of them, the first one as find_escaped() does. Thread-safe.
  Found follow_in(const Json& record) const;

 private:
  /// A place that threads may remember for each other, right or wrong.
  class Place {
   public:
    Place() = default;
    Place(const Place& other) : value_(other.load()) {}
    Place& operator=(const Place& other) {
      store(other.load());
      return *this;
    }
    std::size_t load() const { return value_.load(std::memory_order_relaxed); }
    void store(std::size_t place) const { value_.store(place, std::memory_order_relaxed); }

   private:
    mutable std::atomic<std::size_t> value_ = 0;
  };
  struct Step {
    std::string name;
    bool is_method = false;
    Place place = {};

    const Json* find_in(const Json& object) const;
  };

  explicit Path(std::string_view text);

  std::string text_;
  std::vector<Step> steps_;
  bool may_be_escaped_ = false;
};

/// The outcome of what a path led to; nothing: only Python knows, or it led below something missing.
std::optional<Json> outcome_of(const Path::Found& at);

/// The outcome of a native template without markup.
std::optional<Json> outcome_of_plain_text(std::string_view source);

/// The name by which a mapping's template knows a record's key: `serial-number` is `serial_DASH_number`.
std::string escaped_key(std::string_view key);

/// The value of the last key whose escaped name is `name`; nullptr when there is none.
const Json* find_escaped(const Json& record, std::string_view name);

}  // namespace connector::shortcut
