// What the program and its template workers tell each other. Each order is answered by `done`, `failed` or
// `fetch_failed`; before that there may be any number of the others.
#pragma once

#include "connector/json.h"
#include "text/message.h"

namespace connector {

enum class TemplateOrder : std::uint64_t {
  limits,   ///< milliseconds, bytes of memory, bytes of text; the first one, not answered
  compile,  ///< template's number, whether it is native, whether the others of its kind are forgotten, shown as, source
  render,   ///< kind, template, variables that are gone, new ones, a number for each of the template's names
  map,      ///< templates, names that they look up, whether progress is told, records
  text_of,  ///< value
  may_change_values,  ///< source
};

enum class TemplateAnswer : std::uint64_t {
  done,
  failed,        ///< why
  fetch_failed,  ///< of a lazy variable
  fetch,         ///< variable's number: the program sends whether it could be had, and its value
  progress,      ///< position of the template that is rendered next
};

/// Begins a message.
template <class Kind>
MessageWriter message_of(Kind kind) {
  MessageWriter message;
  message.number(static_cast<std::uint64_t>(kind));
  return message;
}

enum class Rendering : std::uint64_t { text, native, items, condition };

enum class VariableKind : std::uint64_t { value, headers, lazy };

enum class ValueKind : std::uint64_t { null, no, yes, integer, natural, fraction, digits, text, list, object };

/// Appends a value.
void write_value(const Json& value, MessageWriter& message);

/// Reads one. The writer is not trusted: throws std::runtime_error for what write_value() does not write, and for
/// values nested deeper than 500 levels.
Json read_value(MessageReader& message);

}  // namespace connector
