#pragma once

#include <functional>
#include <string>

namespace connector {

/// Starts this process's Python in this thread, which then holds the interpreter lock: for a process that has no other
/// thread. What it knows, see start_python(). Empty, or why it does not run.
std::string initialize_python();

/// Starts this process's Python (the one that CMake was told of, CONNECTOR_PYTHON) unless it runs already, in a thread
/// of its own, and leaves it unlocked. It knows the packages installed for that Python, looks at no PYTHON… variables,
/// handles no signals, and prints to standard error only. It runs until the process ends. Thread-safe. Throws
/// ConfigError when it cannot be started.
void start_python();

/// Runs `work` in the thread that started Python, one work at a time, and waits for it. Python must run; neither this
/// thread nor `work` at its beginning holds the interpreter lock. What `work` throws comes out here.
/// Only in that thread do regular expressions and the arithmetic of long numbers look for signals while they work
/// (PyErr_CheckSignals(), https://docs.python.org/3/c-api/exceptions.html). As long as `work` runs, a signal comes
/// every 20 milliseconds whose handler is Python code: there other threads get their turn, and a Watchdog's exception
/// arrives.
void run_interruptibly(const std::function<void()>& work);

/// Holds the global interpreter lock while it lives: what Python objects need. May be nested. Python must run.
class InterpreterLock {
 public:
  InterpreterLock();
  ~InterpreterLock();
  InterpreterLock(const InterpreterLock&) = delete;
  InterpreterLock& operator=(const InterpreterLock&) = delete;

 private:
  int state_;
};

/// Gives the global interpreter lock away while it lives: for what may take its time and touches no Python object.
class InterpreterUnlock {
 public:
  InterpreterUnlock();
  ~InterpreterUnlock();
  InterpreterUnlock(const InterpreterUnlock&) = delete;
  InterpreterUnlock& operator=(const InterpreterUnlock&) = delete;

 private:
  void* thread_;
};

}  // namespace connector
