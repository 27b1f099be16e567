#pragma once

namespace connector {

/// Starts this process's Python (the one that CMake was told of, CONNECTOR_PYTHON) unless it runs already, and leaves
/// it unlocked. It knows the packages installed for that Python, looks at no PYTHON… variables, handles no signals, and
/// prints to standard error only. It runs until the process ends. Thread-safe.
/// Throws ConfigError when it cannot be started.
void start_python();

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
