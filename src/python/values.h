#pragma once

#include <pybind11/pybind11.h>

#include <string>
#include <string_view>

#include "connector/json.h"
#include "connector/log.h"

namespace connector {

namespace py = pybind11;

/// Between Json and Python's objects. All of it needs the interpreter lock, and throws py::error_already_set when
/// Python has no memory left.

/// A text; bytes that are no UTF-8 become U+FFFD.
py::object python_text(std::string_view text);

/// A Python text in UTF-8; halves of surrogate pairs become U+FFFD.
std::string utf8(py::handle text);

/// Objects become `record_type`, a subclass of dict.
py::object to_python(const Json& value, const py::object& record_type);

/// Tuples become lists, dates and times ISO text. What JSON does not know, what lies deeper than 500 levels and what
/// contains itself becomes null, with a warning that begins with `place`.
Json to_json(py::handle value, std::string_view place, const Log& log);

/// Looks up a dotted name, as connector::at() does. Nothing (a null handle) when `value` or something on the way is
/// empty or the last key is not there; None for a stored null and for what cannot be followed. Borrowed from `value`.
py::handle look_up(py::handle value, std::string_view name);

}  // namespace connector
