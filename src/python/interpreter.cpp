#include "python/interpreter.h"

#include <pybind11/pybind11.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <string>
#include <thread>

#include "connector/error.h"
#include "platform/lazy/lazy_data.h"
#include "platform/library.h"
#include "platform/process.h"
#include "platform/spare_signal.h"

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

/// Python's side of signals, none of the process's: what Python's signal module does to those is undone at once. Its
/// first import takes SIGINT over; code (and subprocess, asyncio) may import it, so that is done here, too.
void prepare_signals() {
  const KeptSignalHandlers kept;
  PyObject* module = PyImport_ImportModule("_signal");
  PyObject* globals = PyDict_New();
  PyObject* handler = globals ? PyRun_String("lambda number, frame: None", Py_eval_input, globals, globals) : nullptr;
  if (module && handler) Py_XDECREF(PyObject_CallMethod(module, "signal", "iO", spare_signal(), handler));
  Py_XDECREF(handler);
  Py_XDECREF(globals);
  Py_XDECREF(module);
  PyErr_Clear();
}

/// Empty, or why Python does not run.
std::string start() {
  std::string failure = initialize_python();
  if (!failure.empty()) return failure;
  prepare_signals();
  PyEval_SaveThread();
  return "";
}

/// The thread that started Python, and what is to be done in it.
class PythonThread {
 public:
  /// There is one, as there is one Python in a process, and it lives as long.
  static PythonThread& instance() {
    static PythonThread& thread = *new PythonThread;
    return thread;
  }

  /// Empty, or why Python does not run.
  const std::string& failure() const { return failure_; }

  void run(const std::function<void()>& work) {
    if (std::this_thread::get_id() == id_) return work();
    Job job{work};
    {
      std::unique_lock lock(mutex_);
      jobs_.push_back(&job);
      wanted_.notify_one();
      while (!job.ended.wait_for(lock, std::chrono::milliseconds(20), [&job] { return job.has_ended; })) {
        if (job.has_begun) PyErr_SetInterruptEx(spare_signal());
      }
    }
    if (job.error) std::rethrow_exception(job.error);
  }

 private:
  struct Job {
    const std::function<void()>& work;
    bool has_begun = false;
    bool has_ended = false;
    std::condition_variable ended = {};
    std::exception_ptr error = {};
  };

  PythonThread() {
    const std::function<void()> work = [this] { failure_ = start(); };
    Job start_job{work};
    jobs_.push_back(&start_job);
    std::thread thread([this] { live(); });
    id_ = thread.get_id();
    thread.detach();
    std::unique_lock lock(mutex_);
    start_job.ended.wait(lock, [&start_job] { return start_job.has_ended; });
  }

  [[noreturn]] void live() {
    std::unique_lock lock(mutex_);
    while (true) {
      wanted_.wait(lock, [this] { return !jobs_.empty(); });
      Job& job = *jobs_.front();
      jobs_.pop_front();
      job.has_begun = true;
      lock.unlock();
      try {
        job.work();
      } catch (...) {
        job.error = std::current_exception();
      }
      lock.lock();
      job.has_ended = true;
      job.ended.notify_one();
    }
  }

  std::string failure_;
  std::thread::id id_;
  std::mutex mutex_;
  std::condition_variable wanted_;
  std::deque<Job*> jobs_;
};

}  // namespace

std::string initialize_python() {
  if (std::string missing = missing_library(lazy_libraries::python); !missing.empty()) return missing;
  if (std::string failure = load_with_variables(CONNECTOR_PYTHON_LIBRARY); !failure.empty()) return failure;
  const PyStatus status = initialize();
  if (PyStatus_Exception(status)) return status.err_msg ? status.err_msg : "no reason given";
  // Standard output belongs to the program (--testmode prints payloads there).
  PyObject* standard_error = PySys_GetObject("stderr");
  PySys_SetObject("stdout", standard_error);
  PySys_SetObject("__stdout__", standard_error);
  // pybind11 remembers for good the state of the thread that it is first used in: this one stays.
  pybind11::detail::get_internals();
  return "";
}

void start_python() {
  const std::string& failure = PythonThread::instance().failure();
  if (!failure.empty()) {
    throw ConfigError("The configuration holds Python code, but Python (" CONNECTOR_PYTHON ") cannot be started: " +
                      failure);
  }
}

void run_interruptibly(const std::function<void()>& work) {
  PythonThread::instance().run(work);
}

namespace {

/// A thread's state of the interpreter, kept as long as the thread: making one for each lock takes longer than most of
/// what is done under it. The process's first thread leaves its own behind: at exit nobody may wait for the
/// interpreter.
class ThreadState {
 public:
  ThreadState() : state_(PyGILState_Ensure()), thread_(PyEval_SaveThread()) {}
  ~ThreadState() {
    if (is_main_thread()) return;
    PyEval_RestoreThread(thread_);
    PyGILState_Release(state_);
  }
  ThreadState(const ThreadState&) = delete;
  ThreadState& operator=(const ThreadState&) = delete;

 private:
  const PyGILState_STATE state_;
  PyThreadState* const thread_;
};

int ensure() {
  if (PyGILState_GetThisThreadState() == nullptr) {
    thread_local const ThreadState kept;
    static_cast<void>(kept);
  }
  return PyGILState_Ensure();
}

}  // namespace

InterpreterLock::InterpreterLock() : state_(ensure()) {}
InterpreterLock::~InterpreterLock() {
  PyGILState_Release(static_cast<PyGILState_STATE>(state_));
}

InterpreterUnlock::InterpreterUnlock() : thread_(PyEval_SaveThread()) {}
InterpreterUnlock::~InterpreterUnlock() {
  PyEval_RestoreThread(static_cast<PyThreadState*>(thread_));
}

}  // namespace connector
