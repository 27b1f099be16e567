#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "connector/json.h"
#include "connector/log.h"
#include "connector/value_view.h"
#include "convert/converters.h"
#include "python/interpreter.h"

namespace connector {

/// Code of the configuration raised an exception. what(): its type and text, and the line; never the record's content.
class PythonError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The Python code of a configuration: custom converters and record filters, compiled once, run in this process's
/// interpreter, which the first object starts. What code can use besides Python's own: LOG, DynamicException,
/// converter, cae, get_field_value; what a call does to its globals the next one does not see.
class InlineCode {
 public:
  /// One compiled body. Lives as long as the InlineCode.
  class Function;

  /// Runs a built-in converter for `converter(record, name, **params)` and `cae`; throws ConversionError, for an
  /// unknown name too. Called under the Lock, but without the interpreter's lock, so it may take its time.
  using CallBuiltIn = std::function<Json(const std::string& name, const Json& record, const Parameters& parameters)>;

  /// time_limit: of one call of a filter within together(); nothing: it may take its time. stop: five seconds after it
  /// code is ended wherever it is, with Stopped.
  /// Throws ConfigError when Python cannot be started.
  InlineCode(CallBuiltIn call_built_in, Log log, std::optional<std::chrono::milliseconds> time_limit = std::nullopt,
             std::stop_token stop = {});
  ~InlineCode();
  InlineCode(const InlineCode&) = delete;
  InlineCode& operator=(const InlineCode&) = delete;

  /// A body with the arguments field, record, value, params. Names compare without regard to case; they may be any
  /// text. Throws ConfigError (origin, name, line, what) when it does not compile.
  void add_converter(const std::string& name, const std::string& code, const std::string& origin);

  /// Nothing (nullptr) when there is no custom converter of that name.
  const Function* converter(std::string_view name) const;
  /// In lower case.
  std::vector<std::string> converter_names() const;

  /// A body with the argument record. Throws ConfigError naming the section.
  const Function* add_filter(const std::string& section, const std::string& code, const std::string& origin);

  /// The keys of the record that a function reads, when reading them is all it does with the record: then no more of it
  /// need be made Python's. nullptr when it may do anything else.
  static const std::vector<std::string>* keys_read(const Function& function);

  class Lock;
  class PythonRecord;

  /// Runs `work` under a Lock; with a time limit in the thread where that can also end regular expressions.
  void together(const std::function<void(const Lock&)>& work) const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// Holds the interpreter for this thread while it lives: one for a batch, not one for each value. Other threads' Locks
/// of this InlineCode wait until it is gone, so code runs one record at a time. May be nested. Must not outlive the
/// InlineCode.
class InlineCode::Lock {
 public:
  explicit Lock(const InlineCode& code);
  ~Lock();
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

 private:
  State& state_;
  const std::unique_lock<std::recursive_mutex> alone_;
  const InterpreterLock interpreter_;
};

/// A record as Python code sees it: what a filter or converter changes is seen by all that comes after.
/// Must be used and destroyed under a Lock.
class InlineCode::PythonRecord {
 public:
  PythonRecord(const InlineCode& code, const Lock& lock, const Json& record);
  /// Without anything, for functions whose keys_read() are then set.
  PythonRecord(const InlineCode& code, const Lock& lock);
  ~PythonRecord();
  PythonRecord(const PythonRecord&) = delete;
  PythonRecord& operator=(const PythonRecord&) = delete;

  void set(const std::string& key, const ValueView& value);

  /// Whether the filter keeps the record. Throws PythonError, also at once when it has taken too long for ten records;
  /// Stopped.
  bool keep(const Function& filter);

  /// The converter's result. The code's value is what `source` looks up, its field is `source`; where the field has no
  /// source (empty): `constant` and `field`. `field` names the field in warnings too.
  /// Throws PythonError.
  Json convert(const Function& converter, const std::string& field, const std::string& source, const Json& constant,
               const Parameters& parameters);

  /// The same with a value that was looked up elsewhere.
  Json convert_value(const Function& converter, const std::string& field, const std::string& source,
                     const ValueView& value, const Parameters& parameters);

  /// Looks up a dotted name, as connector::at() does.
  Json at(const std::string& name) const;

  /// The record as it is now.
  Json json() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace connector
