#include "python/values.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <vector>

namespace connector {
namespace {

constexpr std::size_t deepest = 500;

// What the network may make this program remember.
constexpr std::size_t max_keys = 4096;
constexpr std::size_t longest_key = 128;

class JsonWriter {
 public:
  JsonWriter(std::string_view place, const Log& log) : place_(place), log_(log) {}

  Json write(PyObject* value) {
    if (value == Py_None) return nullptr;
    if (PyUnicode_Check(value)) return utf8(value);
    if (PyBool_Check(value)) return value == Py_True;
    if (PyLong_Check(value)) return integer(value);
    if (PyFloat_Check(value)) return number(PyFloat_AS_DOUBLE(value));
    const bool sequence = PyList_Check(value) || PyTuple_Check(value);
    if (!sequence && !PyDict_Check(value)) return date_or_time(value);

    if (way_.size() == deepest) return null("a value nested too deeply");
    if (std::find(way_.begin(), way_.end(), value) != way_.end()) return null("a value that contains itself");
    way_.push_back(value);
    Json result = sequence ? list_of(value, [this](PyObject* item) { return write(item); }) : object(value);
    way_.pop_back();
    return result;
  }

 private:
  Json integer(PyObject* value) {
    if (auto small = machine_integer(value)) return *std::move(small);
    const auto digits = py::reinterpret_steal<py::object>(PyNumber_ToBase(value, 10));
    if (digits) return big_integer(utf8(digits));
    PyErr_Clear();
    return null("an integer of too many digits");
  }

  Json number(double value) { return std::isfinite(value) ? Json(value) : null("a number that is not finite"); }

  Json object(PyObject* dict) {
    Json members = Json::object();
    Py_ssize_t position = 0;
    PyObject *borrowed_key = nullptr, *borrowed_value = nullptr;
    while (PyDict_Next(dict, &position, &borrowed_key, &borrowed_value)) {
      if (!PyUnicode_Check(borrowed_key)) return null("a dict with keys that are not strings");
      const auto key = py::reinterpret_borrow<py::object>(borrowed_key);
      const auto value = py::reinterpret_borrow<py::object>(borrowed_value);
      append_member(members, utf8(key), write(value.ptr()));
    }
    return members;
  }

  Json date_or_time(PyObject* value) {
    try {
      const auto datetime = py::module_::import("datetime");
      if (py::isinstance(value, datetime.attr("date")) || py::isinstance(value, datetime.attr("time"))) {
        return utf8(py::str(py::handle(value).attr("isoformat")()));
      }
    } catch (const py::error_already_set&) {  // a subclass whose isoformat() raises is not a date
    }
    return null("a value of the type " + utf8(owned(PyType_GetName(Py_TYPE(value)))));
  }

  Json null(const std::string& what) {
    log_.warning("{}: {} cannot be sent; it is null", place_, what);
    return nullptr;
  }

  std::string_view place_;
  const Log& log_;
  std::vector<PyObject*> way_;
};

bool is_empty_value(PyObject* value) {
  if (value == Py_None || value == Py_False) return true;
  if (PyUnicode_Check(value)) return PyUnicode_GET_LENGTH(value) == 0;
  if (PyDict_Check(value)) return PyDict_GET_SIZE(value) == 0;
  if (PyList_Check(value) || PyTuple_Check(value)) return PySequence_Fast_GET_SIZE(value) == 0;
  if (PyLong_Check(value)) return _PyLong_Sign(value) == 0;
  if (PyFloat_Check(value)) return PyFloat_AS_DOUBLE(value) == 0;
  return false;
}

/// The item at the position that `name` consists of, nullptr beyond the end. Nothing: no list or no position.
std::optional<PyObject*> item_at(PyObject* value, std::string_view name) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (!PyList_Check(value) && !PyTuple_Check(value)) return std::nullopt;
  if (name.empty() || !std::all_of(name.begin(), name.end(), is_digit)) return std::nullopt;
  std::size_t position = 0;
  const auto read = std::from_chars(name.data(), name.data() + name.size(), position);
  if (read.ec != std::errc() || position >= static_cast<std::size_t>(PySequence_Fast_GET_SIZE(value))) return nullptr;
  return PySequence_Fast_GET_ITEM(value, static_cast<Py_ssize_t>(position));
}

}  // namespace

py::object owned(PyObject* object) {
  if (!object) throw py::error_already_set();
  return py::reinterpret_steal<py::object>(object);
}

/// In parts where it has more digits than Python reads at a time (4300).
py::object python_integer(const std::string& digits) {
  constexpr std::size_t most = 4000;
  if (digits.size() <= most + 1) return owned(PyLong_FromString(digits.c_str(), nullptr, 10));
  const py::object head = python_integer(digits.substr(0, digits.size() - most));
  const py::object tail = python_integer((digits.front() == '-' ? "-" : "") + digits.substr(digits.size() - most));
  const py::object factor = py::int_(10).attr("__pow__")(most);
  return head * factor + tail;
}

py::object python_text(std::string_view text) {
  return owned(PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), "replace"));
}

std::string utf8(py::handle text) {
  Py_ssize_t size = 0;
  if (const char* bytes = PyUnicode_AsUTF8AndSize(text.ptr(), &size)) return {bytes, static_cast<std::size_t>(size)};
  PyErr_Clear();
  // UTF-16 can carry lone surrogates out of Python's text; reading it back replaces them.
  const py::object pairs = owned(PyUnicode_AsEncodedString(text.ptr(), "utf-16-le", "surrogatepass"));
  const py::object whole = owned(PyUnicode_FromEncodedObject(pairs.ptr(), "utf-16-le", "replace"));
  const py::object bytes = owned(PyUnicode_AsUTF8String(whole.ptr()));
  return {PyBytes_AS_STRING(bytes.ptr()), static_cast<std::size_t>(PyBytes_GET_SIZE(bytes.ptr()))};
}

std::optional<Json> machine_integer(py::handle number) {
  int overflow = 0;
  const long long small = PyLong_AsLongLongAndOverflow(number.ptr(), &overflow);
  if (overflow == 0) return small;
  const unsigned long long large = PyLong_AsUnsignedLongLong(number.ptr());
  if (!PyErr_Occurred()) return large;
  PyErr_Clear();
  return std::nullopt;
}

py::object Records::key(std::string_view text) {
  if (const auto known = keys_.find(text); known != keys_.end()) return known->second;
  PyObject* key = python_text(text).release().ptr();
  PyUnicode_InternInPlace(&key);  // as the names in code are: equal by address
  auto owner = py::reinterpret_steal<py::object>(key);
  if (keys_.size() < max_keys && text.size() <= longest_key) keys_.emplace(text, owner);
  return owner;
}

/// nullptr when the key is not there.
PyObject* Records::member(PyObject* dict, std::string_view name) {
  PyObject* value = PyDict_GetItemWithError(dict, key(name).ptr());
  if (!value && PyErr_Occurred()) throw py::error_already_set();
  return value;
}

py::object Records::make() const {
  return owned(PyObject_CallNoArgs(type_.ptr()));
}

py::object Records::to_python(const Json& value) {
  switch (value.type()) {
    case Json::value_t::null:
      return py::none();
    case Json::value_t::boolean:
      return py::bool_(value.get<bool>());
    case Json::value_t::string:
      return python_text(value.get_ref<const std::string&>());
    case Json::value_t::number_integer:
      return owned(PyLong_FromLongLong(value.get<long long>()));
    case Json::value_t::number_unsigned:
      return owned(PyLong_FromUnsignedLongLong(value.get<unsigned long long>()));
    case Json::value_t::number_float:
      return owned(PyFloat_FromDouble(value.get<double>()));
    default:
      break;
  }
  if (const auto digits = big_integer_digits(value)) return python_integer(std::string(*digits));
  if (value.is_array()) {
    py::object list = owned(PyList_New(static_cast<Py_ssize_t>(value.size())));
    Py_ssize_t i = 0;
    for (const Json& item : value) PyList_SET_ITEM(list.ptr(), i++, to_python(item).release().ptr());
    return list;
  }
  if (!value.is_object()) return py::none();
  py::object record = make();
  for (const auto& [name, item] : value.get_ref<const Json::object_t&>()) {
    if (PyDict_SetItem(record.ptr(), key(name).ptr(), to_python(item).ptr()) != 0) throw py::error_already_set();
  }
  return record;
}

Json to_json(py::handle value, std::string_view place, const Log& log) {
  return JsonWriter(place, log).write(value.ptr());
}

py::handle Records::look_up(py::handle start, std::string_view name) {
  PyObject* value = start.ptr();
  while (!is_empty_value(value)) {
    const std::size_t dot = name.find('.');
    if (dot != std::string_view::npos) {
      const std::string_view head = name.substr(0, dot);
      PyObject* next = nullptr;
      if (PyDict_Check(value)) {
        next = member(value, head);
      } else if (const auto item = item_at(value, head)) {
        if (!*item) return Py_None;
        next = *item;
      }
      if (next) {
        value = next;
        name.remove_prefix(dot + 1);
        continue;
      }
    }
    if (PyDict_Check(value)) return member(value, name);
    const auto item = item_at(value, name);
    return item && *item ? *item : Py_None;
  }
  return {};
}

}  // namespace connector
