#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

#include "connector/json.h"
#include "platform/worker_process.h"
#include "python/mapping_source.h"

namespace connector {

class TemplateClient;
enum class Rendering : std::uint64_t;

/// A template cannot be rendered. what(): the template, shortened, and the cause in one line; no values of variables.
class TemplateError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What the templates of a page or item can name. Values are given as Json and handed to the worker once, when the
/// first template that names them is rendered; what templates change in them later ones see. Setting a variable costs
/// nothing but the move. A copy is cheap too: it shares the values, and what is set in it stays its own. Copies may be
/// used by several threads at once, one object may not while it is being set.
class Variables {
 public:
  void set(std::string name, Json value);

  /// An object in which templates find names in any letter case.
  void set_headers(std::string name, Json headers);

  /// An object that is fetched when the first template looks something up in it, by the thread that renders, without
  /// the time limit. fetch renders no templates. It is called again only after it has thrown; what it throws comes out
  /// of the rendering as it is.
  void set_lazily(std::string name, std::function<Json()> fetch);

  void erase(std::string_view name);

  /// A variable's value as it was set, whatever templates have made of it since; null when there is none.
  const Json& as_set(std::string_view name) const;

  /// Shares another's variable, with what templates have changed in it. Whether there is one of that name.
  bool adopt(std::string_view name, const Variables& other);

 private:
  friend class Templates;
  friend class TemplateClient;
  struct Variable;

  std::map<std::string, std::shared_ptr<Variable>, std::less<>> variables_;
};

/// A field of a record that a worker is to render.
struct MappingQuestion {
  std::size_t record = 0;  ///< index of the record
  std::size_t source = 0;  ///< index of the mapping's source
  std::string json = {};   ///< the answer: the value's JSON text; null for what is undefined
  std::string error = {};  ///< or why there is none
};

/// What one rendering may take before it ends with an error.
struct TemplateLimits {
  std::chrono::milliseconds time = std::chrono::seconds(10);
  std::size_t memory = 192u << 20;  ///< for Python's objects, beside the variables; and for the outcome as Json
  std::size_t text = 64u << 20;     ///< of an outcome that is text
};

/// Renders the templates of managed configurations with Jinja2. They are not trusted: a worker process renders them, in
/// a sandbox of Python's, and can do nothing else (confine()). Thread-safe. One for each sync, which has a worker of
/// its own: what a template does to Python, to memory or to the time is that sync's matter alone.
///
/// Costs. What needs no Python (paths in mappings and native templates, strings without markup; template_shortcut.h)
/// takes some 0.2 microseconds and starts no worker. The first worker of a process takes 0.3 seconds, the others some
/// milliseconds. It takes 0.5 milliseconds to compile a template the first time, and 20 microseconds to ask the worker
/// something; so mappings are rendered for a batch of records at once, for some 3 microseconds a field. Compiled
/// templates are kept, up to 4096 and 8 MiB of their strings for each of the two environments, then forgotten all at
/// once.
///
/// Limits. A rendering that takes too long or too much memory is ended and fails. So does one that crashes the worker,
/// or cannot be ended within it: then a new worker takes its place, which knows the variables as they were set. If
/// templates had changed one of them, those that name it fail from then on.
class Templates {
 public:
  /// host: of template workers, which outlives this.
  explicit Templates(WorkerHost& host, TemplateLimits limits = {});
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

  /// Answers questions about records, which must be objects: those of one record stand together and are rendered in
  /// their order, and later ones see what earlier ones have changed in the record.
  void map(std::span<const MappingSource* const> sources, std::span<const Json* const> records,
           std::span<MappingQuestion> questions);

  /// Whether rendering a template may change values that other templates see, as rows.append() does: any call may but
  /// for those that are known not to. Asks Python only about templates with a parenthesis. A template that does not
  /// compile changes nothing. Throws TemplateError for one that takes too long.
  bool may_change_values(const Json& source);

 private:
  template <class Work>
  auto with_worker(std::string_view shown_as, Work work);
  TemplateClient& worker();
  std::string source_text(const Json& source);
  Rendered render(Rendering rendering, const Json& source, const Variables& variables);
  std::optional<Rendered> without_python(const std::string& source, const Variables& variables) const;
  void map_record(std::span<const MappingSource* const> sources, std::span<const Json* const> records,
                  std::span<MappingQuestion> questions);

  WorkerHost& host_;
  const TemplateLimits limits_;
  std::mutex mutex_;
  std::map<std::string, std::string, std::less<>> hung_;  ///< see TemplateClient
  std::unique_ptr<TemplateClient> worker_;
};

}  // namespace connector
