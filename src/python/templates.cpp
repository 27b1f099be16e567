#include "python/templates.h"

#include <optional>
#include <unordered_map>
#include <vector>

#include "python/interpreter.h"
#include "python/limits.h"
#include "python/template_outcome.h"
#include "python/template_shortcut.h"
#include "python/template_source.h"
#include "python/template_variables.h"
#include "python/values.h"

namespace connector {
namespace {

constexpr std::size_t max_templates = 4096;
constexpr std::size_t max_template_bytes = 8u << 20;
constexpr std::size_t max_keys = 4096;
constexpr std::size_t longest_key = 128;

struct Hash : std::hash<std::string_view> {
  using is_transparent = void;
};
template <class Value>
using ByText = std::unordered_map<std::string, Value, Hash, std::equal_to<>>;

PyObject* is_no_literal(PyObject*, PyObject* text) {
  Py_ssize_t size = 0;
  const char* bytes = PyUnicode_AsUTF8AndSize(text, &size);
  if (bytes == nullptr) PyErr_Clear();  // half a surrogate pair: no literal, but the parser may say so
  return PyBool_FromLong(bytes != nullptr && shortcut::is_no_literal({bytes, static_cast<std::size_t>(size)}));
}

/// For each outcome that is text: a function of C costs a tenth of one of pybind11's.
py::object is_no_literal_function() {
  static PyMethodDef definition{"is_no_literal", is_no_literal, METH_O, nullptr};
  auto function = py::reinterpret_steal<py::object>(PyCFunction_New(&definition, nullptr));
  if (!function) throw py::error_already_set();
  return function;
}

}  // namespace

/// All that needs the interpreter.
class Templates::Python {
 public:
  explicit Python(const TemplateLimits& limits);

  std::string text(const std::string& source, const Variables& variables);
  Json native(const std::string& source, const Variables& variables);
  Rendered items(const std::string& source, const Variables& variables);
  bool condition(const std::string& source, const Variables& variables);
  Json mapping(const MappingSource& source, MappingRecord& record);
  std::string text_of(const Json& value);
  bool may_change_values(const std::string& source);

 private:
  struct Compiled {
    py::object render;
    std::vector<std::pair<std::string, py::object>> names;
    bool may_change_values = false;
    std::string error;  ///< why it does not compile
  };
  struct Environment {
    py::object object;
    ByText<std::shared_ptr<const Compiled>> templates = {};
    std::size_t bytes = 0;
  };
  /// Python's objects, which must go under the interpreter lock, after the watchdog.
  struct Objects {
    py::dict scope;
    py::object render, compile, cause, undefined_error, callback_failed, globals, headers, lazy, items_of, digits,
        undefined, may_change_values;
    Records records{{}};
    ByText<py::object> escaped_keys;
    Environment text, native;
  };
  struct UnderLock {
    void operator()(Objects* objects) const {
      const InterpreterLock lock;
      delete objects;
    }
  };

  std::shared_ptr<const Compiled> compiled(Environment& environment, std::string_view source,
                                           std::string_view shown_as);
  std::shared_ptr<const Compiled> compile(Environment& environment, std::string_view source, std::string_view shown_as);
  py::object dict_of(const Variables& variables, const Compiled& compiled);
  const py::object& object_of(const std::shared_ptr<Variables::Variable>& variable);
  py::object lazy_object(const std::shared_ptr<Variables::Variable>& variable);
  py::object fetched(Variables::Variable& variable);
  const py::object& dict_of(MappingRecord& record);
  py::object escaped_key(const std::string& key);

  py::object render(const Compiled& compiled, const py::object& variables);
  template <class Result, class Finish>
  Result native(const std::string& source, const Variables& variables, Finish finish);
  py::object interruptible(const py::object& function, const py::args& arguments, const py::kwargs& options);
  template <class Work>
  auto limited(std::string_view source, Work work);
  Json outcome(std::string_view source, const py::object& value);
  [[noreturn]] void fail_with(const py::error_already_set& error, std::string_view source);

  const TemplateLimits& limits_;
  std::unique_ptr<Objects, UnderLock> objects_;
  std::unique_ptr<Watchdog> watchdog_;
};

Templates::Python::Python(const TemplateLimits& limits) : limits_(limits) {
  start_python();
  const InterpreterLock lock;
  objects_.reset(new Objects);
  Objects& objects = *objects_;
  py::dict& scope = objects.scope;
  PyDateTime_IMPORT;
  if (!PyDateTimeAPI) throw py::error_already_set();
  scope["__builtins__"] = py::module_::import("builtins");
  scope["__name__"] = "templates";
  scope["is_no_literal"] = is_no_literal_function();
  scope["interruptible"] =
      py::cpp_function([this](const py::object& function, const py::args& arguments, const py::kwargs& options) {
        return interruptible(function, arguments, options);
      });
  const auto module =
      py::reinterpret_steal<py::object>(PyRun_String(template_source, Py_file_input, scope.ptr(), scope.ptr()));
  if (!module) throw py::error_already_set();
  objects.render = scope["render"];
  objects.compile = scope["compile_template"];
  objects.cause = scope["cause"];
  objects.undefined_error = scope["UndefinedError"];
  objects.callback_failed = scope["CallbackFailed"];
  objects.globals = scope["template_globals"];
  objects.headers = scope["Headers"];
  objects.lazy = scope["Lazy"];
  objects.items_of = scope["items_of"];
  objects.may_change_values = scope["source_may_change_values"];
  objects.digits = scope["digits"];
  objects.undefined = scope["Undefined"];
  objects.records = Records(py::reinterpret_borrow<py::object>(reinterpret_cast<PyObject*>(&PyDict_Type)));
  objects.text.object = scope["text_environment"];
  objects.native.object = scope["native_environment"];
  watchdog_ = std::make_unique<Watchdog>(limits.time, py::object(scope["TimeLimit"]).ptr());
}

/// Runs Python code within the limits; its exceptions become TemplateError, but for going on below something undefined.
template <class Work>
auto Templates::Python::limited(std::string_view source, Work work) {
  try {
    const Watchdog::Watch watch(*watchdog_);
    const MemoryBudget budget(limits_.memory);
    return work();
  } catch (const py::error_already_set& error) {
    fail_with(error, source);
  }
}

/// Calls a function where the time limit can end it even inside of C. What it waits for its turn does not count.
py::object Templates::Python::interruptible(const py::object& function, const py::args& arguments,
                                            const py::kwargs& options) {
  py::object result;
  Watchdog::Pause pause(*watchdog_);
  const InterpreterUnlock unlocked;
  run_interruptibly([&] {
    const InterpreterLock lock;
    const auto begin = Watchdog::Clock::now();
    const Watchdog::Watch watch(*watchdog_, pause.left());
    const MemoryBudget budget(limits_.memory);
    result = function(*arguments, **options);
    pause.count(Watchdog::Clock::now() - begin);
  });
  return result;
}

/// Compiled now or before. Throws TemplateError each time when it does not compile.
std::shared_ptr<const Templates::Python::Compiled> Templates::Python::compiled(Environment& environment,
                                                                               std::string_view source,
                                                                               std::string_view shown_as) {
  const auto known = environment.templates.find(source);
  const auto template_ = known != environment.templates.end() ? known->second : compile(environment, source, shown_as);
  if (!template_->error.empty()) throw TemplateError(template_->error);
  return template_;
}

std::shared_ptr<const Templates::Python::Compiled> Templates::Python::compile(Environment& environment,
                                                                              std::string_view source,
                                                                              std::string_view shown_as) {
  auto compiled = std::make_shared<Compiled>();
  try {
    const auto parts = limited(shown_as, [&] { return objects_->compile(environment.object, python_text(source)); });
    compiled->render = parts[py::int_(0)];
    for (const py::handle name : parts[py::int_(1)]) {
      compiled->names.emplace_back(utf8(name), py::reinterpret_borrow<py::object>(name));
    }
    compiled->may_change_values = py::bool_(parts[py::int_(2)]);
  } catch (const TemplateError& error) {
    compiled->error = error.what();
  }
  if (environment.templates.size() >= max_templates || environment.bytes >= max_template_bytes) {
    environment.templates.clear();
    environment.bytes = 0;
  }
  if (environment.templates.emplace(source, compiled).second) environment.bytes += source.size();
  return compiled;
}

/// The globals and those variables that the template names.
py::object Templates::Python::dict_of(const Variables& variables, const Compiled& compiled) {
  auto dict = py::reinterpret_steal<py::object>(PyDict_Copy(objects_->globals.ptr()));
  if (!dict) throw py::error_already_set();
  for (const auto& [name, python_name] : compiled.names) {
    const auto found = variables.variables_.find(name);
    if (found == variables.variables_.end()) continue;
    if (compiled.may_change_values) found->second->may_be_changed = true;
    if (PyDict_SetItem(dict.ptr(), python_name.ptr(), object_of(found->second).ptr()) != 0) {
      throw py::error_already_set();
    }
  }
  return dict;
}

const py::object& Templates::Python::object_of(const std::shared_ptr<Variables::Variable>& variable) {
  if (variable->object) return variable->object.get();
  py::object object = variable->fetch ? lazy_object(variable) : objects_->records.to_python(variable->json);
  if (variable->are_headers) object = objects_->headers(object);
  if (!variable->object) {  // another thread may have had its turn
    variable->object.set(std::move(object));
  }
  return variable->object.get();
}

py::object Templates::Python::lazy_object(const std::shared_ptr<Variables::Variable>& variable) {
  const std::weak_ptr<Variables::Variable> weak = variable;
  return objects_->lazy(py::cpp_function([this, weak]() -> py::object {
    const auto alive = weak.lock();
    if (!alive) throw py::value_error("the variable is gone");
    return fetched(*alive);
  }));
}

py::object Templates::Python::fetched(Variables::Variable& variable) {
  try {
    std::unique_lock<std::mutex> fetching(variable.fetching, std::defer_lock);
    if (!variable.fetched) {
      Json values;
      {
        const Watchdog::Pause pause(*watchdog_);
        const InterpreterUnlock unlocked;
        fetching.lock();
        if (!variable.fetched) values = variable.fetch();
      }
      if (!variable.fetched) variable.fetched.set(objects_->records.to_python(values));
    }
    return variable.fetched.get();
  } catch (...) {
    const py::capsule carrier(new std::exception_ptr(std::current_exception()),
                              [](void* carried) { delete static_cast<std::exception_ptr*>(carried); });
    PyErr_SetObject(objects_->callback_failed.ptr(), carrier.ptr());
    throw py::error_already_set();
  }
}

const py::object& Templates::Python::dict_of(MappingRecord& record) {
  if (record.names_->dict) return record.names_->dict.get();
  auto dict = py::reinterpret_steal<py::object>(PyDict_Copy(objects_->globals.ptr()));
  if (!dict) throw py::error_already_set();
  for (const auto& [key, value] : record.record_.get_ref<const Json::object_t&>()) {
    if (PyDict_SetItem(dict.ptr(), escaped_key(key).ptr(), objects_->records.to_python(value).ptr()) != 0) {
      throw py::error_already_set();
    }
  }
  record.names_->dict.set(std::move(dict));
  return record.names_->dict.get();
}

py::object Templates::Python::escaped_key(const std::string& key) {
  ByText<py::object>& known = objects_->escaped_keys;
  if (const auto found = known.find(key); found != known.end()) return found->second;
  py::object name = python_text(shortcut::escaped_key(key));
  if (known.size() < max_keys && key.size() <= longest_key) known.emplace(key, name);
  return name;
}

void Templates::Python::fail_with(const py::error_already_set& error, std::string_view source) {
  if (error.matches(objects_->callback_failed)) {
    const py::capsule carrier = error.value().attr("args")[py::int_(0)];
    std::rethrow_exception(std::exception_ptr(*carrier.get_pointer<std::exception_ptr>()));
  }
  std::string cause;
  try {
    cause = utf8(objects_->cause(error.value(), python_text(source)));
  } catch (const py::error_already_set&) {  // a string that cannot be had: the type says enough
    cause = utf8(py::str(error.type().attr("__name__")));
  }
  fail(source, cause);
}

/// Nothing (a null object) for going on below something undefined.
py::object Templates::Python::render(const Compiled& compiled, const py::object& variables) {
  try {
    return objects_->render(compiled.render, variables);
  } catch (const py::error_already_set& error) {
    if (error.matches(objects_->undefined_error)) return {};
    throw;
  }
}

Json Templates::Python::outcome(std::string_view source, const py::object& value) {
  return OutcomeWriter(source, limits_, objects_->headers, objects_->digits).write(value.ptr());
}

std::string Templates::Python::text(const std::string& source, const Variables& variables) {
  const InterpreterLock lock;
  const auto template_ = compiled(objects_->text, source, source);
  const py::object dict = dict_of(variables, *template_);
  return limited(source, [&]() -> std::string {
    const py::object text = render(*template_, dict);
    if (!text) return {};
    std::string outcome = utf8(text);
    if (outcome.size() > limits_.text) fail(source, "the outcome is too large");
    return outcome;
  });
}

/// finish makes the result of the value; without a value the result is Result().
template <class Result, class Finish>
Result Templates::Python::native(const std::string& source, const Variables& variables, Finish finish) {
  const InterpreterLock lock;
  const auto template_ = compiled(objects_->native, source, source);
  const py::object dict = dict_of(variables, *template_);
  return limited(source, [&]() -> Result {
    const py::object value = render(*template_, dict);
    return value ? finish(value) : Result();
  });
}

Json Templates::Python::native(const std::string& source, const Variables& variables) {
  return native<Json>(source, variables, [&](const py::object& value) { return outcome(source, value); });
}

Templates::Rendered Templates::Python::items(const std::string& source, const Variables& variables) {
  return native<Rendered>(source, variables, [&](const py::object& value) -> Rendered {
    return {outcome(source, objects_->items_of(value)), py::isinstance(value, objects_->undefined)};
  });
}

bool Templates::Python::condition(const std::string& source, const Variables& variables) {
  return native<bool>(source, variables, [](const py::object& value) {
    const int truth = PyObject_IsTrue(value.ptr());
    if (truth < 0) throw py::error_already_set();
    return truth == 1;
  });
}

Json Templates::Python::mapping(const MappingSource& source, MappingRecord& record) {
  if (!record.names_) record.names_ = std::make_unique<MappingRecord::Names>();
  const auto template_ = compiled(objects_->native, source.as_template(), source.text());
  const py::object dict = dict_of(record);
  if (template_->may_change_values) record.names_->may_be_changed = true;
  return limited(source.text(), [&] { return outcome(source.text(), objects_->render(template_->render, dict)); });
}

std::string Templates::Python::text_of(const Json& value) {
  const InterpreterLock lock;
  return limited("", [&] { return utf8(py::str(objects_->records.to_python(value))); });
}

bool Templates::Python::may_change_values(const std::string& source) {
  const InterpreterLock lock;
  return limited(source, [&]() -> bool { return py::bool_(objects_->may_change_values(python_text(source))); });
}

Templates::Templates(TemplateLimits limits) : limits_(limits) {}
Templates::~Templates() = default;

Templates::Python& Templates::python() {
  std::call_once(started_, [this] { python_ = std::make_unique<Python>(limits_); });
  return *python_;
}

/// A template that is not text, as Python writes it.
std::string Templates::source_text(const Json& source) {
  if (auto text = shortcut::scalar_text(source)) return *std::move(text);
  return python().text_of(source);
}

std::string Templates::render_text(const Json& source, const Variables& variables) {
  const std::string text = source_text(source);
  if (auto plain = shortcut::plain_text(text)) return *std::move(plain);
  return python().text(text, variables);
}

Json Templates::render_native(const Json& source, const Variables& variables) {
  const std::string text = source_text(source);
  if (auto outcome = without_python(text, variables)) return std::move(outcome->value);
  return python().native(text, variables);
}

Templates::Rendered Templates::render_items(const Json& source, const Variables& variables) {
  const std::string text = source_text(source);
  if (auto outcome = without_python(text, variables)) return *std::move(outcome);
  return python().items(text, variables);
}

bool Templates::render_condition(const Json& source, const Variables& variables) {
  const std::string text = source_text(source);
  if (const auto outcome = without_python(text, variables)) return !is_empty(outcome->value);
  return python().condition(text, variables);
}

/// The outcome of a native template; nothing: only Python knows.
std::optional<Templates::Rendered> Templates::without_python(const std::string& source,
                                                             const Variables& variables) const {
  if (auto outcome = shortcut::outcome_of_plain_text(source)) return Rendered{*std::move(outcome), false};
  const auto path = shortcut::Path::of_template(source);
  if (!path) return std::nullopt;
  const auto found = variables.variables_.find(path->first());
  if (found == variables.variables_.end()) return Rendered();
  const Json* value = found->second->untouched();
  if (!value) return std::nullopt;
  const shortcut::Path::Found at = path->follow(value);
  using Outcome = shortcut::Path::Outcome;
  if (at.outcome == Outcome::missing || at.outcome == Outcome::below_missing) return Rendered();
  auto outcome = shortcut::outcome_of(at);
  return outcome ? std::optional(Rendered{*std::move(outcome), false}) : std::nullopt;
}

MappingSource Templates::read_mapping(const Json& source) {
  return MappingSource(source.is_null() ? "" : source_text(source));
}

void Templates::append_mapping(const MappingSource& source, MappingRecord& record, std::string& json) {
  const bool is_changed = record.names_ && record.names_->may_be_changed;
  if (!is_changed && source.append(record.record_, json)) return;
  json += to_text(python().mapping(source, record));
}

bool Templates::may_change_values(const Json& source) {
  const std::string text = source_text(source);
  return text.find('(') != std::string::npos && shortcut::has_markup(text) && python().may_change_values(text);
}

}  // namespace connector
