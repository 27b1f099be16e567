#include "python/inline_code.h"

#include <fmt/format.h>
#include <pybind11/pybind11.h>
#include <unicase.h>

#include <array>
#include <deque>
#include <map>
#include <system_error>

#include "connector/error.h"
#include "log/rate_limited.h"
#include "python/limits.h"
#include "python/prelude.h"
#include "python/values.h"

namespace connector {
namespace {

constexpr unsigned max_overruns = 10;
constexpr std::chrono::seconds patience_after_stop{5};  // a request to a source has seven

std::string without_case(std::string_view name) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(name.data());
  std::size_t size = 0;
  std::uint8_t* folded = u8_casefold(bytes, name.size(), nullptr, nullptr, nullptr, &size);
  if (!folded) return std::string(name);  // no UTF-8
  const std::unique_ptr<std::uint8_t, decltype(&std::free)> owner(folded, &std::free);
  return {reinterpret_cast<const char*>(folded), size};
}

/// So that prints of the code come out in order, though the interpreter is never shut down.
void flush_output() {
  PyObject* output = PySys_GetObject("stdout");
  if (!output || output == Py_None) return;
  py::reinterpret_steal<py::object>(PyObject_CallMethod(output, "flush", nullptr));
  PyErr_Clear();
}

/// The argument at that position, or of that name: then it leaves `named`.
py::object argument(const py::args& positional, std::size_t position, const py::kwargs& named, const char* name) {
  if (position < positional.size()) return positional[position];
  if (!named.contains(name)) throw py::type_error("converter() needs a record and a name");
  return named.attr("pop")(name);
}

/// record.name and record.__name__: nothing else is looked up where a dict has no such attribute.
PyObject* record_attribute(PyObject* record, PyObject* name) {
  if (_PyType_Lookup(Py_TYPE(record), name)) return PyObject_GenericGetAttr(record, name);
  if (PyUnicode_GET_LENGTH(name) > 0 && PyUnicode_READ_CHAR(name, 0) == '_') {
    const std::string text = utf8(name);
    if (text.starts_with("__") && text.ends_with("__")) {
      return PyErr_Format(PyExc_AttributeError, "a record has no attribute %R", name);
    }
  }
  PyObject* value = PyDict_GetItemWithError(record, name);
  if (value == nullptr && PyErr_Occurred()) return nullptr;
  if (value == nullptr) value = Py_None;
  Py_INCREF(value);
  return value;
}

/// dict, with keys as attributes: in C, since code does little else.
py::object record_base() {
  PyType_Slot slots[] = {
      {Py_tp_base, &PyDict_Type}, {Py_tp_getattro, reinterpret_cast<void*>(record_attribute)}, {0, nullptr}};
  PyType_Spec spec{"connector.RecordBase", 0, 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, slots};
  auto type = py::reinterpret_steal<py::object>(PyType_FromSpec(&spec));
  if (!type) throw py::error_already_set();
  return type;
}

py::dict python_parameters(const Parameters& parameters, Records& records) {
  py::dict dict;
  for (const auto& [name, value] : parameters) dict[python_text(name)] = records.to_python(value);
  return dict;
}

}  // namespace

class InlineCode::Function {
 public:
  py::object code;      ///< a code object
  std::string title;    ///< "converter macs", for messages
  py::str file;         ///< what Python calls the code's file: tells its lines in a traceback from those of modules
  py::object callable;  ///< for every call, where code cannot write its globals
  std::optional<std::vector<std::string>> keys_read;
};

struct InlineCode::State {
  State(CallBuiltIn call, Log log_to, std::optional<std::chrono::milliseconds> limit, const std::stop_token& stop)
      : call_built_in(std::move(call)), log(std::move(log_to)), value_log(rate_limited(log)) {
    scope["__builtins__"] = py::module_::import("builtins");
    scope["__name__"] = "connector";
    scope["RecordBase"] = record_base();
    const auto module =
        py::reinterpret_steal<py::object>(PyRun_String(prelude, Py_file_input, scope.ptr(), scope.ptr()));
    if (!module) throw py::error_already_set();
    records = Records(scope["Record"]);
    if (limit) watchdog.emplace(*limit, py::object(scope["TimeLimit"]).ptr());
    watch_for(stop);
  }

  void watch_for(const std::stop_token& stop) {
    if (!stop.stop_possible()) return;
    try {
      stop_watchdog.emplace(stop, patience_after_stop, py::object(scope["Stopped"]).ptr());
    } catch (const std::system_error&) {  // no more threads are to be had: endless code is not ended then
    }
  }

  /// The names that code can use. They outlive this object where code keeps one in a module: hence the weak pointer.
  static void add_names(const std::shared_ptr<State>& state) {
    const std::weak_ptr<State> weak = state;
    state->scope["write_log"] = py::cpp_function(
        [weak](int level, py::handle text) { alive(weak)->log.write(static_cast<Level>(level), "{}", utf8(text)); });
    py::dict& names = state->names;
    names["__builtins__"] = state->scope["__builtins__"];
    names["__name__"] = "connector";
    names["LOG"] = state->scope["Logger"]();
    names["DynamicException"] = state->scope["DynamicException"];
    names["converter"] = py::cpp_function([weak](const py::args& positional, const py::kwargs& parameters) {
      const py::object record = argument(positional, 0, parameters, "record");
      const py::object name = argument(positional, 1, parameters, "name");
      if (positional.size() > 2) throw py::type_error("converter() takes a record and a name; parameters have names");
      return alive(weak)->convert(record, utf8(py::str(name)), parameters);
    });
    names["cae"] = py::cpp_function(
        [weak](py::object record, py::object attribute, py::object default_value) {
          py::dict parameters;
          parameters["attr"] = attribute;
          parameters["default"] = default_value;
          return alive(weak)->convert(record, "casper_extension_attribute", parameters);
        },
        py::arg("record"), py::arg("attr"), py::arg("default") = py::none());
    names["get_field_value"] = py::cpp_function(
        [weak](py::object data, py::str name, py::object default_value) {
          const py::handle found = alive(weak)->records.look_up(data, utf8(name));
          return found ? py::reinterpret_borrow<py::object>(found) : default_value;
        },
        py::arg("data"), py::arg("name"), py::arg("default") = py::none());
  }

  static std::shared_ptr<State> alive(const std::weak_ptr<State>& weak) {
    if (auto state = weak.lock()) return state;
    throw std::runtime_error("the configuration that this function belongs to is gone");
  }

  Function compile(const std::string& code, const char* arguments, const std::string& title,
                   const std::string& origin) {
    Function function{{}, title, python_text("<" + title + ">"), {}, {}};
    try {
      const py::tuple compiled = scope["compile_body"](python_text(code), arguments, function.file);
      function.code = compiled[0];
      const bool may_write_globals = py::bool_(compiled[1]);
      if (!may_write_globals) function.callable = callable(function.code);
      if (!compiled[2].is_none()) {
        function.keys_read.emplace();
        for (const py::handle key : compiled[2]) function.keys_read->push_back(utf8(key));
      }
    } catch (const py::error_already_set& error) {
      throw ConfigError(fmt::format("{}: {} does not compile: {}", origin, title, utf8(py::str(error.value()))));
    }
    return function;
  }

  /// A function with fresh globals: what code writes into them is not remembered.
  py::object callable(const py::object& code) const {
    const auto globals = py::reinterpret_steal<py::object>(PyDict_Copy(names.ptr()));
    if (!globals) throw py::error_already_set();
    auto made = py::reinterpret_steal<py::object>(PyFunction_New(code.ptr(), globals.ptr()));
    if (!made) throw py::error_already_set();
    return made;
  }

  template <std::size_t count>
  py::object run(const Function& function, const std::array<PyObject*, count>& arguments) {
    if (stop_watchdog && stop_watchdog->is_over()) throw Stopped{};
    const py::object called = function.callable ? function.callable : callable(function.code);
    auto result =
        py::reinterpret_steal<py::object>(PyObject_Vectorcall(called.ptr(), arguments.data(), count, nullptr));
    if (!result) throw py::error_already_set();
    if (stop_watchdog && stop_watchdog->is_over()) throw Stopped{};  // it may have swallowed the exception
    return result;
  }

  /// converter(record, name, **params)
  py::object convert(const py::object& record, const std::string& name, const py::dict& parameters) {
    if (const auto custom = converters.find(without_case(name)); custom != converters.end()) {
      return run<4>(custom->second, {Py_None, record.ptr(), Py_None, parameters.ptr()});
    }
    Parameters json_parameters;
    for (const auto& [key, value] : parameters) json_parameters.set(utf8(key), to_json(value, name, value_log));
    const Json json_record = to_json(record, name, value_log);
    Json result;
    try {
      std::optional<Watchdog::Pause> pause;
      if (watchdog) pause.emplace(*watchdog);
      const InterpreterUnlock unlocked;
      result = call_built_in(name, json_record, json_parameters);
    } catch (const Stopped&) {
      PyErr_SetNone(py::object(scope["Stopped"]).ptr());
      throw py::error_already_set();
    }
    return records.to_python(result);
  }

  [[noreturn]] void fail(const py::error_already_set& error, const Function& function) {
    if (error.matches(py::object(scope["Stopped"]))) throw Stopped{};
    if (error.matches(py::object(scope["TimeLimit"]))) {
      ++overruns;
      throw PythonError(too_long(function));
    }
    const py::object trace = error.trace() ? error.trace() : py::none();
    std::string text;
    try {
      text = utf8(scope["failure"](error.value(), trace, function.file));
    } catch (const py::error_already_set&) {  // a string that cannot be had: the type says enough
      text = utf8(py::str(error.type().attr("__name__")));
    }
    throw PythonError(text);
  }

  std::string too_long(const Function& function) const {
    return fmt::format("the {} takes longer than {} s", function.title,
                       std::chrono::duration<double>(watchdog->limit()).count());
  }

  CallBuiltIn call_built_in;
  Log log;
  const Log value_log;               ///< for what many values may say
  std::optional<Watchdog> watchdog;  ///< with a time limit
  std::optional<StopWatchdog> stop_watchdog;
  unsigned overruns = 0;  ///< of the time limit
  std::recursive_mutex alone;
  py::dict scope;  ///< the prelude's
  Records records{{}};
  py::dict names;
  std::map<std::string, Function> converters;
  std::deque<Function> filters;
};

InlineCode::InlineCode(CallBuiltIn call_built_in, Log log, std::optional<std::chrono::milliseconds> time_limit,
                       std::stop_token stop) {
  start_python();
  const InterpreterLock lock;
  auto state = std::make_shared<State>(std::move(call_built_in), std::move(log), time_limit, stop);
  State::add_names(state);
  state_ = std::move(state);
}

InlineCode::~InlineCode() {
  state_->watchdog.reset();
  state_->stop_watchdog.reset();
  const InterpreterLock lock;
  state_.reset();
}

void InlineCode::add_converter(const std::string& name, const std::string& code, const std::string& origin) {
  const InterpreterLock lock;
  state_->converters.insert_or_assign(
      without_case(name), state_->compile(code, "field, record, value, params", "converter " + name, origin));
}

const InlineCode::Function* InlineCode::converter(std::string_view name) const {
  const auto found = state_->converters.find(without_case(name));
  return found == state_->converters.end() ? nullptr : &found->second;
}

std::vector<std::string> InlineCode::converter_names() const {
  std::vector<std::string> names;
  for (const auto& [name, code] : state_->converters) names.push_back(name);
  return names;
}

const InlineCode::Function* InlineCode::add_filter(const std::string& section, const std::string& code,
                                                   const std::string& origin) {
  const InterpreterLock lock;
  return &state_->filters.emplace_back(state_->compile(code, "record", "recordfilter of [" + section + "]", origin));
}

void InlineCode::together(const std::function<void(const Lock&)>& work) const {
  const auto locked = [&] { work(Lock(*this)); };
  if (!state_->watchdog) return locked();
  run_interruptibly(locked);
}

InlineCode::Lock::Lock(const InlineCode& code) : state_(*code.state_), alone_(state_.alone) {
  if (state_.stop_watchdog) state_.stop_watchdog->enter();
}

InlineCode::Lock::~Lock() {
  if (state_.stop_watchdog) state_.stop_watchdog->leave();
  flush_output();
}

const std::vector<std::string>* InlineCode::keys_read(const Function& function) {
  return function.keys_read ? &*function.keys_read : nullptr;
}

struct InlineCode::PythonRecord::State {
  py::object python(const ValueView& value) const {
    Json scratch;
    return value.is_string() ? python_text(value.text()) : code.records.to_python(value.as_json(scratch));
  }

  Json convert(const Function& converter, const std::string& field, const std::string& source, const py::object& value,
               const Parameters& parameters) const {
    try {
      const py::object name = code.records.key(source.empty() ? field : source);
      const py::dict dict = python_parameters(parameters, code.records);
      const py::object result = code.run<4>(converter, {name.ptr(), record.ptr(), value.ptr(), dict.ptr()});
      return to_json(result, field, code.value_log);
    } catch (const py::error_already_set& error) {
      code.fail(error, converter);
    }
  }

  InlineCode::State& code;
  py::object record;
};

InlineCode::PythonRecord::PythonRecord(const InlineCode& code, const Lock&, const Json& record)
    : state_(std::make_unique<State>(State{*code.state_, code.state_->records.to_python(record)})) {}

InlineCode::PythonRecord::PythonRecord(const InlineCode& code, const Lock&)
    : state_(std::make_unique<State>(State{*code.state_, code.state_->records.make()})) {}

InlineCode::PythonRecord::~PythonRecord() = default;

void InlineCode::PythonRecord::set(const std::string& key, const ValueView& value) {
  const py::object name = state_->code.records.key(key);
  if (PyDict_SetItem(state_->record.ptr(), name.ptr(), state_->python(value).ptr()) != 0) throw py::error_already_set();
}

bool InlineCode::PythonRecord::keep(const Function& filter) {
  if (state_->code.overruns >= max_overruns) {
    throw PythonError(state_->code.too_long(filter) + " for too many records; no longer called");
  }
  try {
    std::optional<Watchdog::Watch> watch;
    if (state_->code.watchdog) watch.emplace(*state_->code.watchdog);
    const py::object result = state_->code.run<1>(filter, {state_->record.ptr()});
    const int truth = PyObject_IsTrue(result.ptr());
    if (truth < 0) throw py::error_already_set();
    return truth == 1;
  } catch (const py::error_already_set& error) {
    state_->code.fail(error, filter);
  }
}

Json InlineCode::PythonRecord::convert(const Function& converter, const std::string& field, const std::string& source,
                                       const Json& constant, const Parameters& parameters) {
  if (source.empty()) return convert_value(converter, field, source, constant, parameters);
  const py::handle found = state_->code.records.look_up(state_->record, source);
  const py::object value = found ? py::reinterpret_borrow<py::object>(found) : py::none();
  return state_->convert(converter, field, source, value, parameters);
}

Json InlineCode::PythonRecord::convert_value(const Function& converter, const std::string& field,
                                             const std::string& source, const ValueView& value,
                                             const Parameters& parameters) {
  return state_->convert(converter, field, source, state_->python(value), parameters);
}

Json InlineCode::PythonRecord::at(const std::string& name) const {
  const py::handle found = state_->code.records.look_up(state_->record, name);
  return found ? to_json(found, name, state_->code.value_log) : Json();
}

Json InlineCode::PythonRecord::json() const {
  return to_json(state_->record, "the record", state_->code.value_log);
}

}  // namespace connector
