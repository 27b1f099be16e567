#include "python/template_renderer.h"

#include <chrono>
#include <cstdlib>
#include <new>
#include <string>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include "connector/error.h"
#include "connector/value_view.h"
#include "platform/confinement.h"
#include "python/interpreter.h"
#include "python/python_values.h"
#include "python/template_deadline.h"
#include "python/template_messages.h"
#include "python/template_outcome.h"
#include "python/template_shortcut.h"
#include "python/template_source.h"
#include "python/values.h"

namespace connector {
namespace {

using Clock = Deadline::Clock;

/// What variables may take of Python's memory, as a multiple of the messages that brought them.
constexpr std::size_t growth_of_values = 8;
constexpr std::size_t most_data = std::size_t{2} << 30;

/// The other side is gone.
struct Gone {};

bool is_no_literal_text(PyObject* text) {
  Py_ssize_t size = 0;
  const char* bytes = PyUnicode_AsUTF8AndSize(text, &size);
  if (bytes == nullptr) PyErr_Clear();  // half a surrogate pair: no literal, but the parser may say so
  return bytes != nullptr && shortcut::is_no_literal({bytes, static_cast<std::size_t>(size)});
}

PyObject* is_no_literal(PyObject*, PyObject* text) {
  return PyBool_FromLong(is_no_literal_text(text));
}

MessageWriter failure(std::string_view why) {
  return std::move(message_of(TemplateAnswer::failed).text(why));
}

/// A null object at the end.
py::object next_of(const py::object& iterator) {
  PyObject* next = PyIter_Next(iterator.ptr());
  if (next == nullptr && PyErr_Occurred()) throw py::error_already_set();
  return py::reinterpret_steal<py::object>(next);
}

/// A function of C costs a tenth of one of pybind11's.
py::object c_function(PyMethodDef& definition) {
  return owned(PyCFunction_New(&definition, nullptr));
}

}  // namespace

struct TemplateRenderer::Objects {
  py::dict scope;
  py::object compile, cause, undefined_error, fetch_failed, headers, lazy, items_of, digits, undefined,
      may_change_values, names, start_timer, stop_timer, literal_or_text, joined, as_is, chain, empty_text;
  py::object text_environment, native_environment;
};

TemplateRenderer::TemplateRenderer() {
  const std::string failure = initialize_python();
  if (!failure.empty()) throw ConfigError("Python (" CONNECTOR_PYTHON ") cannot be started: " + failure);
  objects_ = std::make_unique<Objects>();
  Objects& objects = *objects_;
  py::dict& scope = objects.scope;
  PyDateTime_IMPORT;
  if (!PyDateTimeAPI) throw py::error_already_set();
  static PyMethodDef no_literal{"is_no_literal", is_no_literal, METH_O, nullptr};
  static PyMethodDef on_timer{"on_timer", end_what_takes_too_long, METH_VARARGS, nullptr};
  scope["__builtins__"] = py::module_::import("builtins");
  scope["__name__"] = "templates";
  scope["is_no_literal"] = c_function(no_literal);
  scope["on_timer"] = c_function(on_timer);
  owned(PyRun_String(template_source, Py_file_input, scope.ptr(), scope.ptr()));
  deadline.exception = py::object(scope["TimeLimit"]).ptr();
  objects.compile = scope["compile_template"];
  objects.cause = scope["cause"];
  objects.joined = scope["joined"];
  objects.chain = py::object(scope["itertools"]).attr("chain");
  objects.empty_text = py::str("");
  objects.literal_or_text = scope["literal_or_text"];
  objects.as_is = scope["AsIs"];
  objects.undefined_error = scope["UndefinedError"];
  objects.fetch_failed = scope["FetchFailed"];
  objects.headers = scope["Headers"];
  objects.lazy = scope["Lazy"];
  objects.items_of = scope["items_of"];
  objects.may_change_values = scope["source_may_change_values"];
  objects.digits = scope["digits"];
  objects.undefined = scope["Undefined"];
  objects.names = scope["Names"];
  objects.start_timer = scope["start_timer"];
  objects.stop_timer = scope["stop_timer"];
  objects.text_environment = scope["text_environment"];
  objects.native_environment = scope["native_environment"];
}

TemplateRenderer::~TemplateRenderer() {
  objects_.release();  // NOLINT: the process ends, and Python with it
}

void TemplateRenderer::before_fork() {
  PyOS_BeforeFork();
}

void TemplateRenderer::after_fork(bool is_worker) {
  is_worker ? PyOS_AfterFork_Child() : PyOS_AfterFork_Parent();
}

class TemplateRenderer::Session {
 public:
  Session(Objects& objects, Channel& channel) : objects_(objects), channel_(channel) {}

  void run();

 private:
  struct Compiled {
    bool is_native = false;
    std::string shown_as;
    py::object render;
    py::object context;
    std::vector<py::object> names;
  };
  struct Variable {
    py::object object;
    std::size_t bytes = 0;
  };
  using Answer = MessageWriter;

  void limit_memory();
  Answer answer_to(MessageReader& order);
  Answer compile(MessageReader& order);
  Answer render(MessageReader& order);
  Answer map(MessageReader& order);
  void map_record(MessageReader& order, const std::vector<const Compiled*>& templates, bool tells_progress,
                  Answer& answer);

  void read_variables(MessageReader& order);
  py::object read_variable(VariableKind kind, std::uint64_t number, MessageReader& order);
  py::object fetched(std::uint64_t number);

  template <class Work>
  std::invoke_result_t<Work> limited(std::string_view shown_as, Work work);
  [[noreturn]] void fail_with(const py::error_already_set& error, std::string_view shown_as);
  py::object value_of(const Compiled& compiled, const py::object& names);
  py::object defined_value_of(const Compiled& compiled, const py::object& names);
  Json outcome(std::string_view shown_as, const py::object& value);
  void append_outcome(const Compiled& compiled, const py::object& value, std::string& json);
  void write_outcome(Rendering rendering, const Compiled& compiled, const py::object& value, Answer& answer);

  Objects& objects_;
  Channel& channel_;
  TemplateLimits limits_;
  std::size_t data_at_start_ = 0;
  std::size_t bytes_of_variables_ = 0;
  Records records_{py::reinterpret_borrow<py::object>(reinterpret_cast<PyObject*>(&PyDict_Type))};
  std::unordered_map<std::uint64_t, Compiled> templates_;
  std::unordered_map<std::uint64_t, Variable> variables_;
};

/// Runs Python code within the limits; its exceptions become TemplateError, but for those of a lazy variable.
template <class Work>
std::invoke_result_t<Work> TemplateRenderer::Session::limited(std::string_view shown_as, Work work) {
  try {
    const Watched watched(limits_.time);
    return work();
  } catch (const py::error_already_set& error) {
    fail_with(error, shown_as);
  } catch (const std::bad_alloc&) {
    fail(shown_as, "it takes too much memory");
  }
}

void TemplateRenderer::serve(Channel& channel) {
  Session session(*objects_, channel);
  try {
    session.run();
  } catch (const Gone&) {
  }
  std::_Exit(0);  // what would be cleaned up goes with the process
}

void TemplateRenderer::Session::run() {
  data_at_start_ = data_size();
  confine(data_at_start_ + most_data);
  std::string message;
  while (channel_.receive(message) == Channel::Received::message) {
    MessageReader order(message);
    Answer answer;
    objects_.start_timer();
    try {
      answer = answer_to(order);
    } catch (const TemplateError& error) {
      answer = failure(error.what());
    } catch (const std::bad_alloc&) {
      answer = failure("Templates take too much memory");
    } catch (const py::error_already_set& error) {
      if (!error.matches(objects_.fetch_failed)) throw;
      answer = message_of(TemplateAnswer::fetch_failed);
    } catch (const std::exception& error) {
      answer = failure(error.what());
    }
    objects_.stop_timer();
    if (!answer.bytes().empty() && !channel_.send(answer.bytes())) return;
  }
}

MessageWriter TemplateRenderer::Session::answer_to(MessageReader& order) {
  switch (static_cast<TemplateOrder>(order.number())) {
    case TemplateOrder::limits:
      limits_ = {.time = std::chrono::milliseconds(order.number()),
                 .memory = static_cast<std::size_t>(order.number()),
                 .text = static_cast<std::size_t>(order.number())};
      limit_memory();
      return {};
    case TemplateOrder::compile:
      return compile(order);
    case TemplateOrder::render:
      return render(order);
    case TemplateOrder::map:
      return map(order);
    case TemplateOrder::text_of: {
      const py::object value = read_value(order, records_);
      const std::string text = limited("", [&] { return utf8(py::str(value)); });
      return std::move(message_of(TemplateAnswer::done).text(text));
    }
    case TemplateOrder::may_change_values: {
      const std::string_view source = order.text();
      const bool may =
          limited(source, [&]() -> bool { return py::bool_(objects_.may_change_values(python_text(source))); });
      return std::move(message_of(TemplateAnswer::done).number(may ? 1 : 0));
    }
  }
  throw std::runtime_error("unknown order");
}

/// Beside the variables, which are not to blame on the templates.
void TemplateRenderer::Session::limit_memory() {
  limit_data(data_at_start_ + limits_.memory + growth_of_values * bytes_of_variables_);
}

MessageWriter TemplateRenderer::Session::compile(MessageReader& order) {
  const std::uint64_t number = order.number();
  Compiled compiled;
  compiled.is_native = order.number() != 0;
  if (order.number() != 0)
    std::erase_if(templates_, [&](const auto& each) { return each.second.is_native == compiled.is_native; });
  compiled.shown_as = order.text();
  const std::string_view source = order.text();
  const py::object& environment = compiled.is_native ? objects_.native_environment : objects_.text_environment;
  const auto parts = limited(compiled.shown_as, [&] { return objects_.compile(environment, python_text(source)); });
  compiled.render = parts[py::int_(0)];
  compiled.context = parts[py::int_(1)];
  const bool may_change = py::bool_(parts[py::int_(3)]);
  Answer answer = std::move(message_of(TemplateAnswer::done).number(may_change ? 1 : 0));
  for (const py::handle name : parts[py::int_(2)]) {
    compiled.names.push_back(records_.key(utf8(name)));
    answer.text(utf8(name));
  }
  templates_.emplace(number, std::move(compiled));
  return answer;
}

MessageWriter TemplateRenderer::Session::render(MessageReader& order) {
  const auto rendering = static_cast<Rendering>(order.number());
  const Compiled& compiled = templates_.at(order.number());
  const py::object names = objects_.names();
  limited(compiled.shown_as, [&] { read_variables(order); });
  for (const py::object& name : compiled.names) {
    const std::uint64_t number = order.number();
    if (number == 0) continue;
    if (PyDict_SetItem(names.ptr(), name.ptr(), variables_.at(number).object.ptr()) != 0) throw py::error_already_set();
  }
  Answer answer = message_of(TemplateAnswer::done);
  limited(compiled.shown_as, [&] {
    const py::object value = defined_value_of(compiled, names);
    answer.number(value ? 1 : 0);
    if (value) write_outcome(rendering, compiled, value, answer);
  });
  return answer;
}

void TemplateRenderer::Session::write_outcome(Rendering rendering, const Compiled& compiled, const py::object& value,
                                              Answer& answer) {
  switch (rendering) {
    case Rendering::text: {
      const std::string text = utf8(value);
      if (text.size() > limits_.text) fail(compiled.shown_as, "the outcome is too large");
      answer.text(text);
      return;
    }
    case Rendering::native:
      answer.number(0);
      return write_value(outcome(compiled.shown_as, value), answer);
    case Rendering::items:
      answer.number(py::isinstance(value, objects_.undefined) ? 1 : 0);
      return write_value(outcome(compiled.shown_as, objects_.items_of(value)), answer);
    case Rendering::condition: {
      const int truth = PyObject_IsTrue(value.ptr());
      if (truth < 0) throw py::error_already_set();
      answer.number(truth == 1 ? 1 : 0);
    }
  }
}

MessageWriter TemplateRenderer::Session::map(MessageReader& order) {
  std::vector<const Compiled*> templates(static_cast<std::size_t>(order.number()));
  for (const Compiled*& each : templates) each = &templates_.at(order.number());
  const bool tells_progress = order.number() != 0;
  Answer answer = message_of(TemplateAnswer::done);
  for (std::uint64_t records = order.number(); records > 0; --records) {
    map_record(order, templates, tells_progress, answer);
    if (answer.bytes().size() > limits_.memory) fail("", "the outcome of a batch is too large");
  }
  return answer;
}

/// The record's names and their values, then the templates that are to be rendered; for each whether it was, and its
/// JSON text or the error.
void TemplateRenderer::Session::map_record(MessageReader& order, const std::vector<const Compiled*>& templates,
                                           bool tells_progress, Answer& answer) {
  const py::object names = objects_.names();
  for (std::uint64_t count = order.number(); count > 0; --count) {
    const py::object name = records_.key(order.text());
    if (PyDict_SetItem(names.ptr(), name.ptr(), read_value(order, records_).ptr()) != 0) throw py::error_already_set();
  }
  std::string json;
  for (std::uint64_t count = order.number(); count > 0; --count) {
    const std::uint64_t index = order.number();
    const Compiled& compiled = *templates.at(static_cast<std::size_t>(index));
    if (tells_progress) {
      channel_.send(message_of(TemplateAnswer::progress).number(index).bytes());
    }
    json.clear();
    try {
      limited(compiled.shown_as, [&] { append_outcome(compiled, value_of(compiled, names), json); });
      answer.number(1).text(json);
    } catch (const TemplateError& error) {
      answer.number(0).text(error.what());
    }
  }
}

void TemplateRenderer::Session::read_variables(MessageReader& order) {
  for (std::uint64_t count = order.number(); count > 0; --count) {
    const auto gone = variables_.find(order.number());
    if (gone == variables_.end()) continue;
    bytes_of_variables_ -= gone->second.bytes;
    variables_.erase(gone);
  }
  for (std::uint64_t count = order.number(); count > 0; --count) {
    const std::uint64_t number = order.number();
    const auto kind = static_cast<VariableKind>(order.number());
    const auto bytes = static_cast<std::size_t>(order.number());
    bytes_of_variables_ += bytes;
    limit_memory();
    variables_[number] = {.object = read_variable(kind, number, order), .bytes = bytes};
  }
}

py::object TemplateRenderer::Session::read_variable(VariableKind kind, std::uint64_t number, MessageReader& order) {
  if (kind == VariableKind::lazy) return objects_.lazy(py::cpp_function([this, number] { return fetched(number); }));
  py::object value = read_value(order, records_);
  return kind == VariableKind::headers ? objects_.headers(value) : value;
}

/// Asks the program. What it takes does not count as rendering.
py::object TemplateRenderer::Session::fetched(std::uint64_t number) {
  const auto left = deadline.time - Clock::now();
  deadline.is_set = false;
  std::string message;
  if (!channel_.send(message_of(TemplateAnswer::fetch).number(number).bytes()) ||
      channel_.receive(message) != Channel::Received::message) {
    throw Gone();
  }
  deadline = {.is_set = true, .time = Clock::now() + left, .exception = deadline.exception};
  MessageReader answer(message);
  if (answer.number() != 0) return read_value(answer, records_);
  PyErr_SetNone(objects_.fetch_failed.ptr());
  throw py::error_already_set();
}

void TemplateRenderer::Session::fail_with(const py::error_already_set& error, std::string_view shown_as) {
  if (error.matches(objects_.fetch_failed)) throw error;
  std::string cause;
  try {
    cause = utf8(objects_.cause(error.value(), python_text(shown_as)));
  } catch (const py::error_already_set&) {  // a string that cannot be had: the type says enough
    cause = utf8(py::str(error.type().attr("__name__")));
  }
  fail(shown_as, cause);
}

/// What a template gives: a native one that puts out one piece gives that.
py::object TemplateRenderer::Session::value_of(const Compiled& compiled, const py::object& names) {
  const py::object context = compiled.context(names);
  const py::object pieces = owned(PyObject_CallOneArg(compiled.render.ptr(), context.ptr()));
  if (!compiled.is_native) return objects_.empty_text.attr("join")(pieces);
  const py::object first = next_of(pieces);
  if (!first) return py::none();
  if (const py::object second = next_of(pieces)) {
    return objects_.joined(objects_.chain(py::make_tuple(first, second), pieces));
  }
  if (Py_TYPE(first.ptr()) == reinterpret_cast<PyTypeObject*>(objects_.as_is.ptr())) return py::str(first);
  if (!PyUnicode_Check(first.ptr()) || is_no_literal_text(first.ptr())) return first;
  return objects_.literal_or_text(first);
}

/// Nothing (a null object) for going on below something undefined.
py::object TemplateRenderer::Session::defined_value_of(const Compiled& compiled, const py::object& names) {
  try {
    return value_of(compiled, names);
  } catch (const py::error_already_set& error) {
    if (error.matches(objects_.undefined_error)) return {};
    throw;
  }
}

Json TemplateRenderer::Session::outcome(std::string_view shown_as, const py::object& value) {
  return OutcomeWriter(shown_as, limits_, objects_.headers, objects_.digits).write(value.ptr());
}

void TemplateRenderer::Session::append_outcome(const Compiled& compiled, const py::object& value, std::string& json) {
  Py_ssize_t size = 0;
  const char* text = PyUnicode_CheckExact(value.ptr()) ? PyUnicode_AsUTF8AndSize(value.ptr(), &size) : nullptr;
  if (text != nullptr && static_cast<std::size_t>(size) <= limits_.text) {
    ValueView(std::string_view(text, static_cast<std::size_t>(size))).append_to(json);
    return;
  }
  PyErr_Clear();
  json += to_text(outcome(compiled.shown_as, value));
}

}  // namespace connector
