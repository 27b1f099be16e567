#include "python/python_values.h"

#include <bit>
#include <string>

namespace connector {

namespace {

py::object read_nested(ValueKind kind, MessageReader& message, Records& keys) {
  const auto size = static_cast<Py_ssize_t>(message.number());
  if (kind == ValueKind::list) {
    py::object list = owned(PyList_New(size));
    for (Py_ssize_t i = 0; i < size; ++i) PyList_SET_ITEM(list.ptr(), i, read_value(message, keys).release().ptr());
    return list;
  }
  py::object dict = owned(PyDict_New());
  for (Py_ssize_t i = 0; i < size; ++i) {
    const py::object key = keys.key(message.text());
    if (PyDict_SetItem(dict.ptr(), key.ptr(), read_value(message, keys).ptr()) != 0) throw py::error_already_set();
  }
  return dict;
}

}  // namespace

py::object read_value(MessageReader& message, Records& keys) {
  const auto kind = static_cast<ValueKind>(message.number());
  switch (kind) {
    case ValueKind::no:
    case ValueKind::yes:
      return py::bool_(kind == ValueKind::yes);
    case ValueKind::integer:
      return owned(PyLong_FromLongLong(std::bit_cast<std::int64_t>(message.number())));
    case ValueKind::natural:
      return owned(PyLong_FromUnsignedLongLong(message.number()));
    case ValueKind::fraction:
      return owned(PyFloat_FromDouble(std::bit_cast<double>(message.number())));
    case ValueKind::digits:
      return python_integer(std::string(message.text()));
    case ValueKind::text:
      return python_text(message.text());
    case ValueKind::list:
    case ValueKind::object:
      return read_nested(kind, message, keys);
    case ValueKind::null:
      break;
  }
  return py::none();
}

}  // namespace connector
