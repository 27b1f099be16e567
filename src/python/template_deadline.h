// When a template has taken too long. For template_renderer.cpp alone.
#pragma once

#include <Python.h>

#include <chrono>

namespace connector {

/// When the template that is rendered has taken too long. One for the process, as the timer is.
struct Deadline {
  using Clock = std::chrono::steady_clock;
  bool is_set = false;
  Clock::time_point time;
  PyObject* exception = nullptr;
};
inline Deadline deadline;  // NOLINT: a signal's handler can be given nothing

/// Python calls this between two of its instructions, and in long calls that look for signals, when the timer's signal
/// has come.
inline PyObject* end_what_takes_too_long(PyObject*, PyObject*) {
  if (!deadline.is_set || Deadline::Clock::now() < deadline.time) Py_RETURN_NONE;
  PyErr_SetNone(deadline.exception);
  return nullptr;
}

/// Sets it for the code that runs while this lives.
struct Watched {
  explicit Watched(std::chrono::milliseconds time) {
    deadline.time = Deadline::Clock::now() + time;
    deadline.is_set = true;
  }
  ~Watched() { deadline.is_set = false; }
  Watched(const Watched&) = delete;
  Watched& operator=(const Watched&) = delete;
};

}  // namespace connector
