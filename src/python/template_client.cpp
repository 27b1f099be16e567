#include "python/template_client.h"

#include <utility>

#include "python/template_error.h"

namespace connector {
namespace {

constexpr std::size_t max_templates = 4096;
constexpr std::size_t max_template_bytes = 8u << 20;

/// What a worker gets beyond the time limit to end a rendering by itself.
constexpr std::chrono::seconds grace{1};

}  // namespace

TemplateClient::TemplateClient(std::unique_ptr<WorkerProcess> process, const TemplateLimits& limits,
                               HungTemplates& hung)
    : process_(std::move(process)), limits_(limits), hung_(hung) {
  const MessageWriter order = std::move(message_of(TemplateOrder::limits)
                                            .number(static_cast<std::uint64_t>(limits.time.count()))
                                            .number(limits.memory)
                                            .number(limits.text));
  process_->channel().send(order.bytes());
}

MessageReader TemplateClient::ask(const MessageWriter& order, std::uint64_t* progress) {
  Channel& channel = process_->channel();
  if (!channel.send(order.bytes())) give_up(Channel::Received::closed);
  while (true) {
    const Channel::Received received = channel.receive(answer_, limits_.time + grace);
    if (received != Channel::Received::message) give_up(received);
    MessageReader answer(answer_);
    switch (static_cast<TemplateAnswer>(answer.number())) {
      case TemplateAnswer::done:
        return answer;
      case TemplateAnswer::failed:
        throw TemplateError(std::string(answer.text()));
      case TemplateAnswer::fetch_failed:
        if (fetch_error_) std::rethrow_exception(std::exchange(fetch_error_, nullptr));
        throw TemplateError("A template cannot be rendered: a variable could not be fetched");
      case TemplateAnswer::fetch:
        fetch(answer.number());
        break;
      case TemplateAnswer::progress:
        if (progress != nullptr) *progress = answer.number();
        break;
    }
  }
}

void TemplateClient::give_up(Channel::Received received) {
  const std::string how = process_->end();
  throw WorkerGone{received == Channel::Received::nothing
                       ? "it takes too long"
                       : "the process that rendered it " + (how.empty() ? "was ended" : how)};
}

/// Whether everything that the environment holds was forgotten.
bool TemplateClient::make_room(Environment& environment) const {
  if (environment.templates.size() < max_templates && environment.bytes < max_template_bytes) return false;
  environment = {};
  return true;
}

MessageReader TemplateClient::ask_to_compile(const MessageWriter& order, std::string_view source) {
  try {
    return ask(order);
  } catch (const WorkerGone& gone) {
    hung_.emplace(source, gone.how);
    throw;
  }
}

std::shared_ptr<const TemplateClient::Compiled> TemplateClient::compiled(bool is_native, std::string_view source,
                                                                         std::string_view shown_as) {
  if (const auto hung = hung_.find(source); hung != hung_.end()) fail(shown_as, hung->second);
  Environment& environment = is_native ? native_ : text_;
  auto found = environment.templates.find(source);
  if (found == environment.templates.end()) {
    const bool forgets = make_room(environment);
    auto compiled = std::make_shared<Compiled>(Compiled{.number = ++last_template_});
    try {
      MessageReader answer = ask_to_compile(std::move(message_of(TemplateOrder::compile)
                                                          .number(compiled->number)
                                                          .number(is_native ? 1 : 0)
                                                          .number(forgets ? 1 : 0)
                                                          .text(shown_as)
                                                          .text(source)),
                                            source);
      compiled->may_change_values = answer.number() != 0;
      while (!answer.at_end()) compiled->names.emplace_back(answer.text());
    } catch (const TemplateError& error) {
      compiled->error = error.what();
    }
    environment.bytes += source.size();
    found = environment.templates.emplace(source, std::move(compiled)).first;
  }
  if (!found->second->error.empty()) throw TemplateError(found->second->error);
  return found->second;
}

/// Gives a variable that this worker does not know its number.
void TemplateClient::introduce(Variables::Variable& variable, std::string_view source) {
  if (variable.may_be_changed && variable.number != 0)
    fail(source, "what templates had changed is lost with the process that rendered them");
  variable.number = ++last_variable_;
  variable.known_to = gone_;
}

void TemplateClient::write(const Variables::Variable& variable, MessageWriter& message) {
  using enum VariableKind;
  const VariableKind kind = variable.fetch ? lazy : variable.are_headers ? headers : value;
  MessageWriter content;
  if (!variable.fetch) write_value(variable.json, content);
  message.number(variable.number).number(static_cast<std::uint64_t>(kind)).number(content.bytes().size());
  message.raw(content.bytes());
}

MessageReader TemplateClient::render(Rendering rendering, const std::string& source, const Variables& variables) {
  const auto template_ = compiled(rendering != Rendering::text, source, source);
  std::vector<const Variables::Variable*> added;
  MessageWriter named;
  for (const std::string& name : template_->names) {
    const auto found = variables.variables_.find(name);
    if (found == variables.variables_.end()) {
      named.number(0);
      continue;
    }
    Variables::Variable& variable = *found->second;
    if (variable.known_to.lock() != gone_) {
      introduce(variable, source);
      if (variable.fetch) lazy_[variable.number] = found->second;
      added.push_back(&variable);
    }
    if (template_->may_change_values) variable.may_be_changed = true;
    named.number(variable.number);
  }
  MessageWriter order = std::move(
      message_of(TemplateOrder::render).number(static_cast<std::uint64_t>(rendering)).number(template_->number));
  const std::vector<std::uint64_t> gone = gone_->take();
  order.number(gone.size());
  for (const std::uint64_t number : gone) {
    order.number(number);
    lazy_.erase(number);
  }
  order.number(added.size());
  for (const auto* variable : added) write(*variable, order);
  order.raw(named.bytes());
  return ask(order);
}

/// Answers the worker with what a lazy variable holds.
void TemplateClient::fetch(std::uint64_t number) {
  MessageWriter answer;
  try {
    const auto found = lazy_.find(number);
    const auto variable = found == lazy_.end() ? nullptr : found->second.lock();
    if (!variable) throw TemplateError("A template cannot be rendered: a variable is gone");
    if (!variable->fetched) variable->fetched = variable->fetch();
    answer.number(1);
    write_value(*variable->fetched, answer);
  } catch (...) {
    fetch_error_ = std::current_exception();
    answer = std::move(MessageWriter().number(0));
  }
  process_->channel().send(answer.bytes());
}

}  // namespace connector
