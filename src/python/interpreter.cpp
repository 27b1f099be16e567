#include "python/interpreter.h"

#include <Python.h>
#include <signal.h>

#include <string>

#include "connector/error.h"

namespace connector {
namespace {

PyStatus initialize() {
  PyPreConfig before;
  PyPreConfig_InitIsolatedConfig(&before);
  before.utf8_mode = 1;
  PyStatus status = Py_PreInitialize(&before);
  if (PyStatus_Exception(status)) return status;

  PyConfig config;
  PyConfig_InitIsolatedConfig(&config);
  config.install_signal_handlers = 0;
  status = PyConfig_SetBytesString(&config, &config.program_name, CONNECTOR_PYTHON);
  if (!PyStatus_Exception(status)) status = Py_InitializeFromConfig(&config);
  PyConfig_Clear(&config);
  return status;
}

/// The first import of Python's signal module takes SIGINT over, even so. Code (and subprocess, asyncio) may import it:
/// done here, where the signal can be given back.
void import_signal_module() {
  struct sigaction before {};
  sigaction(SIGINT, nullptr, &before);
  Py_XDECREF(PyImport_ImportModule("_signal"));
  PyErr_Clear();
  sigaction(SIGINT, &before, nullptr);
}

/// Empty, or why Python does not run.
std::string start() {
  const PyStatus status = initialize();
  if (PyStatus_Exception(status)) return status.err_msg ? status.err_msg : "no reason given";
  // Standard output belongs to the program (--testmode prints payloads there).
  PyObject* standard_error = PySys_GetObject("stderr");
  PySys_SetObject("stdout", standard_error);
  PySys_SetObject("__stdout__", standard_error);
  import_signal_module();
  PyEval_SaveThread();
  return "";
}

}  // namespace

void start_python() {
  static const std::string failure = start();
  if (!failure.empty()) {
    throw ConfigError("The configuration holds Python code, but Python (" CONNECTOR_PYTHON ") cannot be started: " +
                      failure);
  }
}

InterpreterLock::InterpreterLock() : state_(PyGILState_Ensure()) {}
InterpreterLock::~InterpreterLock() {
  PyGILState_Release(static_cast<PyGILState_STATE>(state_));
}

InterpreterUnlock::InterpreterUnlock() : thread_(PyEval_SaveThread()) {}
InterpreterUnlock::~InterpreterUnlock() {
  PyEval_RestoreThread(static_cast<PyThreadState*>(thread_));
}

}  // namespace connector
