// A template worker, as the program sees it. For the room alone.
#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "platform/worker_process.h"
#include "python/template_messages.h"
#include "python/template_variables.h"
#include "python/templates.h"

namespace connector {

/// A worker is not there any more. how: "it takes too long", or how the process ended.
struct WorkerGone {
  std::string how;
};

/// Templates that took a worker with them while they were compiled, with how that ended: they are not compiled again.
using HungTemplates = std::map<std::string, std::string, std::less<>>;

/// A worker process and what it knows.
class TemplateClient {
 public:
  struct Compiled {
    std::uint64_t number = 0;
    std::vector<std::string> names = {};
    bool may_change_values = false;
    std::string error = {};  ///< why it does not compile
  };

  /// hung: outlives it.
  TemplateClient(std::unique_ptr<WorkerProcess> process, const TemplateLimits& limits, HungTemplates& hung);

  /// Compiled now or before. Throws TemplateError each time when it does not compile.
  std::shared_ptr<const Compiled> compiled(bool is_native, std::string_view source, std::string_view shown_as);

  /// Renders a template. The answer: whether there is an outcome, or it goes on below something undefined; whether it
  /// is one (what it names is there); the outcome, a text or a value.
  MessageReader render(Rendering rendering, const std::string& source, const Variables& variables);

  /// Sends an order and returns the answer, which lives until the next one. progress: what it told of that.
  /// Throws TemplateError, WorkerGone, and what a lazy variable's fetch throws.
  MessageReader ask(const MessageWriter& order, std::uint64_t* progress = nullptr);

 private:
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  struct Environment {
    std::unordered_map<std::string, std::shared_ptr<const Compiled>, Hash, std::equal_to<>> templates;
    std::size_t bytes = 0;
  };

  MessageReader ask_to_compile(const MessageWriter& order, std::string_view source);
  bool make_room(Environment& environment) const;
  void introduce(Variables::Variable& variable, std::string_view source);
  static void write(const Variables::Variable& variable, MessageWriter& message);
  void fetch(std::uint64_t number);
  [[noreturn]] void give_up(Channel::Received received);

  const std::unique_ptr<WorkerProcess> process_;
  const TemplateLimits limits_;
  HungTemplates& hung_;
  std::string answer_;
  Environment text_, native_;
  std::uint64_t last_template_ = 0;
  std::uint64_t last_variable_ = 0;
  std::shared_ptr<GoneVariables> gone_ = std::make_shared<GoneVariables>();
  std::unordered_map<std::uint64_t, std::weak_ptr<Variables::Variable>> lazy_;
  std::exception_ptr fetch_error_;
};

}  // namespace connector
