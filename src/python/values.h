#pragma once

#include <pybind11/pybind11.h>

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "connector/json.h"
#include "connector/log.h"

namespace connector {

namespace py = pybind11;

/// Between Json and Python's objects. All of it needs the interpreter lock, and throws py::error_already_set when
/// Python has no memory left.

/// Takes what a function of Python's returned; throws its error for nullptr.
py::object owned(PyObject* object);

/// A string; bytes that are not UTF-8 become U+FFFD.
py::object python_text(std::string_view text);

/// A Python text in UTF-8; halves of surrogate pairs become U+FFFD.
std::string utf8(py::handle text);

/// A whole number of any length. digits: with its sign.
py::object python_integer(const std::string& digits);

/// A whole number; nothing for one of more than 64 bits.
std::optional<Json> machine_integer(py::handle number);

/// A list or tuple, its items as `write` makes them of PyObject*. `write` may run Python code that changes the list.
template <class Write>
Json list_of(PyObject* sequence, Write write) {
  Json::array_t items;
  items.reserve(static_cast<std::size_t>(PySequence_Fast_GET_SIZE(sequence)));
  for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(sequence); ++i) {
    const auto item = py::reinterpret_borrow<py::object>(PySequence_Fast_GET_ITEM(sequence, i));
    items.push_back(write(item.ptr()));
  }
  return items;
}

/// Tuples become lists, dates and times ISO text. What JSON does not know, what lies deeper than 500 levels and what
/// contains itself becomes null, with a warning that begins with `place`.
Json to_json(py::handle value, std::string_view place, const Log& log);

/// Makes records of Json, and looks into them. Keeps the Python strings of keys, which come again in every record.
class Records {
 public:
  /// type: a subclass of dict, which objects at every depth become.
  explicit Records(py::object type) : type_(std::move(type)) {}

  py::object to_python(const Json& value);

  /// An empty record.
  py::object make() const;

  /// The text of a key, which comes again.
  py::object key(std::string_view text);

  /// Looks up a dotted name, as connector::at() does. Nothing (a null handle) when `value` or something on the way is
  /// empty or the last key is not there; None for a stored null and for what cannot be followed. Borrowed from `value`.
  py::handle look_up(py::handle value, std::string_view name);

 private:
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };

  PyObject* member(PyObject* dict, std::string_view name);

  py::object type_;
  std::unordered_map<std::string, py::object, Hash, std::equal_to<>> keys_;
};

}  // namespace connector
