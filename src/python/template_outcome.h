// What a rendering gives, as Json. For template_renderer.cpp alone.
#pragma once

#include <pybind11/pybind11.h>

#include <datetime.h>  // after Python.h

#include <cmath>
#include <string>
#include <string_view>
#include <utility>

#include "python/template_error.h"
#include "python/templates.h"
#include "python/values.h"

namespace connector {

/// Makes Json of a rendering's outcome: what JSON does not know is null.
class OutcomeWriter {
 public:
  /// headers: the class; digits: the function.
  OutcomeWriter(std::string_view source, const TemplateLimits& limits, py::handle headers, py::handle digits)
      : source_(source), limits_(limits), headers_(headers), digits_(digits), room_(limits.memory) {}

  Json write(PyObject* value) {
    take(sizeof(Json));
    if (value == Py_None) return nullptr;
    if (PyUnicode_Check(value)) return text(value);
    if (PyBool_Check(value)) return value == Py_True;
    if (PyLong_Check(value)) return integer(value);
    if (PyFloat_Check(value)) {
      const double number = PyFloat_AS_DOUBLE(value);
      return std::isfinite(number) ? Json(number) : Json();
    }
    if (PyList_Check(value) || PyTuple_Check(value))
      return nested([&] { return list_of(value, [this](PyObject* item) { return write(item); }); });
    if (PyDict_Check(value)) return nested([&] { return object(value); });
    if (PyDate_Check(value)) return text(py::str(py::handle(value).attr("isoformat")()).ptr());
    if (PyObject_TypeCheck(value, reinterpret_cast<PyTypeObject*>(headers_.ptr()))) {
      return nested([&] { return object(py::dict(py::reinterpret_borrow<py::object>(value)).ptr()); });
    }
    return nullptr;
  }

 private:
  void take(std::size_t bytes) {
    if (bytes > room_) fail(source_, "the outcome is too large");
    room_ -= bytes;
  }

  std::string text(PyObject* value) {
    std::string text = utf8(value);
    if (text.size() > limits_.text) fail(source_, "the outcome is too large");
    take(text.size());
    return text;
  }

  Json integer(PyObject* value) {
    if (auto small = machine_integer(value)) return *std::move(small);
    return big_integer(text(digits_(py::handle(value)).ptr()));
  }

  template <class Write>
  Json nested(Write write) {
    constexpr std::size_t deepest = 500;
    if (depth_ == deepest) fail(source_, "the outcome is nested too deeply, or contains itself");
    ++depth_;
    Json value = write();
    --depth_;
    return value;
  }

  Json object(PyObject* dict) {
    ObjectBuilder members;  // different keys can become the same text: the last one counts
    Py_ssize_t position = 0;
    PyObject *borrowed_key = nullptr, *borrowed_value = nullptr;
    while (PyDict_Next(dict, &position, &borrowed_key, &borrowed_value)) {
      const auto key = py::reinterpret_borrow<py::object>(borrowed_key);
      const auto value = py::reinterpret_borrow<py::object>(borrowed_value);
      take(sizeof(std::string));
      const std::string name = key_text(key.ptr());
      members[name] = write(value.ptr());
    }
    return members.take();
  }

  std::string key_text(PyObject* key) {
    if (PyUnicode_Check(key)) return text(key);
    if (key == Py_None) return "null";
    if (PyBool_Check(key)) return key == Py_True ? "true" : "false";
    if (PyLong_Check(key)) return text(digits_(py::handle(key)).ptr());
    if (!PyFloat_Check(key)) fail(source_, "an object has a key that is neither text nor number");
    const double number = PyFloat_AS_DOUBLE(key);
    if (std::isnan(number)) return "NaN";
    if (std::isinf(number)) return number < 0 ? "-Infinity" : "Infinity";
    return text(py::repr(key).ptr());
  }

  const std::string_view source_;
  const TemplateLimits& limits_;
  const py::handle headers_;
  const py::handle digits_;
  std::size_t room_;
  std::size_t depth_ = 0;
};

}  // namespace connector
