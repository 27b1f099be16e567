// How the values that templates can name are kept, as Json and as Python's objects. For the room alone.
#pragma once

#include <pybind11/pybind11.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <utility>

#include "python/interpreter.h"
#include "python/templates.h"
#include "python/values.h"

namespace connector {

/// An object that is given back under the interpreter lock, wherever its owner ends.
class Kept {
 public:
  Kept() = default;
  ~Kept() {
    if (!object_) return;
    const InterpreterLock lock;
    object_.release().dec_ref();
  }
  Kept(const Kept&) = delete;
  Kept& operator=(const Kept&) = delete;

  explicit operator bool() const { return static_cast<bool>(object_); }
  const py::object& get() const { return object_; }
  void set(py::object object) { object_ = std::move(object); }

 private:
  py::object object_;
};

struct Variables::Variable {
  Json json;
  bool are_headers = false;
  std::function<Json()> fetch;

  std::atomic<bool> may_be_changed = false;  ///< by a template: then only the object counts
  Kept object;

  std::mutex fetching;
  Kept fetched;

  /// The value as it was set; nullptr when templates may have changed it, or it is of another kind.
  const Json* untouched() const { return may_be_changed || are_headers || fetch ? nullptr : &json; }
};

struct MappingRecord::Names {
  const InterpreterLock lock;  ///< once for all templates of the record: taking turns costs more than most of them
  Kept dict;
  bool may_be_changed = false;  ///< by a template: then only the dict counts
};

}  // namespace connector
