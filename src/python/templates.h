#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "connector/json.h"
#include "python/mapping_source.h"

namespace connector {

/// A template cannot be rendered. what(): the template, shortened, and the cause in one line; no values of variables.
class TemplateError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What the templates of a page or item can name. Values are given as Json and made Python's once, when the first
/// template that names them is rendered; what templates change in them later ones see. Setting a variable costs nothing
/// but the move. A copy is cheap too: it shares the values, and what is set in it stays its own. Copies may be used by
/// several threads at once, one object may not while it is being set.
class Variables {
 public:
  void set(std::string name, Json value);

  /// An object in which templates find names in any letter case.
  void set_headers(std::string name, Json headers);

  /// An object that is fetched when the first template looks something up in it, by the thread that renders, without
  /// the interpreter lock and the time limit. fetch is called again only after it has thrown; what it throws comes out
  /// of the rendering as it is.
  void set_lazily(std::string name, std::function<Json()> fetch);

  void erase(std::string_view name);

  /// A variable's value as it was set, whatever templates have made of it since; null when there is none.
  const Json& as_set(std::string_view name) const;

  /// Shares another's variable, with what templates have changed in it. Whether there is one of that name.
  bool adopt(std::string_view name, const Variables& other);

 private:
  friend class Templates;
  struct Variable;

  std::map<std::string, std::shared_ptr<Variable>, std::less<>> variables_;
};

/// A record as mappings see it. What needs Python is made of it at most once, by the first template that does; from
/// then on this holds the interpreter lock. To be used and destroyed by one thread.
class MappingRecord {
 public:
  /// Refers to the record, which must be an object and outlive this.
  explicit MappingRecord(const Json& record);
  ~MappingRecord();
  MappingRecord(const MappingRecord&) = delete;
  MappingRecord& operator=(const MappingRecord&) = delete;

 private:
  friend class Templates;
  struct Names;

  const Json& record_;
  std::unique_ptr<Names> names_;
};

/// What one rendering may take before it ends with an error.
struct TemplateLimits {
  std::chrono::milliseconds time = std::chrono::seconds(10);
  std::size_t memory = 512u << 20;  ///< for Python's objects, beside the variables; and for the outcome as Json
  std::size_t text = 64u << 20;     ///< of an outcome that is text
};

/// Renders the templates of managed configurations with Jinja2, in a sandbox. Thread-safe; not to be called with the
/// interpreter lock held. One for a process or for each sync.
///
/// Costs. What needs no Python (paths in mappings and native templates, strings without markup; template_shortcut.h)
/// takes some 0.2 microseconds and starts no interpreter. The first template that does need it starts Python and
/// Jinja2, 0.2 seconds once for a process. Then it takes 0.5 milliseconds to compile a template the first time, and 3
/// to 6 microseconds to render a short one; threads take turns. A variable's or record's first use in Python costs
/// about 0.1 microseconds for each value in it. Compiled templates are kept, up to 4096 and 8 MiB of their strings for
/// each of the two environments, then forgotten all at once.
///
/// Limits. They end a rendering between two of Python's instructions, and inside regular expressions (import('re'), the
/// filters that use them) and the arithmetic of import('math'): these run in Python's own thread, one at a time, which
/// costs some 20 microseconds each (run_interruptibly()). Other long calls into C are beyond the time limit, and keep
/// all other Python code waiting: comparing and hashing what contains itself many times over, sorting millions of
/// values. Memory is counted for Python's own objects, not for what OpenSSL takes below import('hashlib').
class Templates {
 public:
  explicit Templates(TemplateLimits limits = {});
  ~Templates();
  Templates(const Templates&) = delete;
  Templates& operator=(const Templates&) = delete;

  /// The text that a template makes; a template that is not text is taken as Python writes it ("True", "None"). Empty
  /// when it goes on below something undefined. Throws TemplateError, and what a lazy variable's fetch throws.
  std::string render_text(const Json& source, const Variables& variables);

  /// The value that a template makes. null for what is undefined, also below something undefined. Throws as above.
  Json render_native(const Json& source, const Variables& variables);

  /// What a template makes. Undefined: it names what is not there.
  struct Rendered {
    Json value = {};
    bool is_undefined = true;
  };
  /// The same, but what a template makes that can be iterated over (a generator, a range, a set) is a list of its
  /// items.
  Rendered render_items(const Json& source, const Variables& variables);

  /// Whether Python calls the value that a template makes true: strings like "false" are. Throws as above.
  bool render_condition(const Json& source, const Variables& variables);

  /// A mapping's attribute, for append_mapping(). null (or an empty text) is null.
  MappingSource read_mapping(const Json& source);

  /// Appends the JSON text of what a mapping's source gives for a record; null for what is undefined. Throws
  /// TemplateError, also for going on below something undefined; then the text may have grown.
  void append_mapping(const MappingSource& source, MappingRecord& record, std::string& json);

  /// Whether rendering a template may change values that other templates see, as rows.append() does: any call may but
  /// for those that are known not to. Asks Python only about templates with a parenthesis. A template that does not
  /// compile changes nothing. Throws TemplateError for one that takes too long.
  bool may_change_values(const Json& source);

 private:
  class Python;

  Python& python();
  std::string source_text(const Json& source);
  std::optional<Rendered> without_python(const std::string& source, const Variables& variables) const;

  const TemplateLimits limits_;
  std::once_flag started_;
  std::unique_ptr<Python> python_;
};

}  // namespace connector
