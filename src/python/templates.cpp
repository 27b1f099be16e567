#include "python/templates.h"

#include <algorithm>
#include <system_error>
#include <utility>
#include <vector>

#include "platform/limits.h"
#include "python/template_client.h"
#include "python/template_error.h"
#include "python/template_shortcut.h"

namespace connector {
Templates::Templates(WorkerHost& host, TemplateLimits limits) : host_(host), limits_(limits) {}
Templates::~Templates() = default;

/// Under the lock.
TemplateClient& Templates::worker() {
  try {
    if (!worker_) worker_ = std::make_unique<TemplateClient>(host_.start(), limits_, hung_);
  } catch (const std::system_error& error) {
    throw TemplateError("Templates cannot be rendered: " + reason(error) +
                        ". They need " CONNECTOR_PYTHON " with jinja2 (Debian: python3-jinja2)");
  }
  return *worker_;
}

/// One thread's turn. A worker that is lost is an error of the template.
template <class Work>
auto Templates::with_worker(std::string_view shown_as, Work work) {
  const std::lock_guard guard(mutex_);
  try {
    return work(worker());
  } catch (const WorkerGone& gone) {
    worker_.reset();
    fail(shown_as, gone.how);
  }
}

/// A template that is not text, as Python writes it.
std::string Templates::source_text(const Json& source) {
  if (auto text = shortcut::scalar_text(source)) return *std::move(text);
  MessageWriter order = message_of(TemplateOrder::text_of);
  write_value(source, order);
  return with_worker("", [&](TemplateClient& worker) { return std::string(worker.ask(order).text()); });
}

std::string Templates::render_text(const Json& source, const Variables& variables) {
  const std::string text = source_text(source);
  if (auto plain = shortcut::plain_text(text)) return *std::move(plain);
  return with_worker(text, [&](TemplateClient& worker) {
    MessageReader answer = worker.render(Rendering::text, text, variables);
    return answer.number() != 0 ? std::string(answer.text()) : std::string();
  });
}

Json Templates::render_native(const Json& source, const Variables& variables) {
  return render(Rendering::native, source, variables).value;
}

Templates::Rendered Templates::render_items(const Json& source, const Variables& variables) {
  return render(Rendering::items, source, variables);
}

Templates::Rendered Templates::render(Rendering rendering, const Json& source, const Variables& variables) {
  const std::string text = source_text(source);
  if (auto outcome = without_python(text, variables)) return *std::move(outcome);
  return with_worker(text, [&](TemplateClient& worker) -> Rendered {
    MessageReader answer = worker.render(rendering, text, variables);
    if (answer.number() == 0) return {};
    const bool is_undefined = answer.number() != 0;
    return {.value = read_value(answer), .is_undefined = is_undefined};
  });
}

bool Templates::render_condition(const Json& source, const Variables& variables) {
  const std::string text = source_text(source);
  if (const auto outcome = without_python(text, variables)) return !is_empty(outcome->value);
  return with_worker(text, [&](TemplateClient& worker) {
    MessageReader answer = worker.render(Rendering::condition, text, variables);
    return answer.number() != 0 && answer.number() != 0;
  });
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

bool Templates::may_change_values(const Json& source) {
  const std::string text = source_text(source);
  if (text.find('(') == std::string::npos || !shortcut::has_markup(text)) return false;
  const MessageWriter order = std::move(message_of(TemplateOrder::may_change_values).text(text));
  return with_worker(text, [&](TemplateClient& worker) { return worker.ask(order).number() != 0; });
}

MappingSource Templates::read_mapping(const Json& source) {
  return MappingSource(source.is_null() ? "" : source_text(source));
}

namespace {

using Sources = std::span<const MappingSource* const>;
using Batch = std::span<const Json* const>;
using Questions = std::span<MappingQuestion>;

/// The questions about the first one's record.
Questions of_one_record(Questions questions) {
  const auto end = std::find_if(questions.begin(), questions.end(),
                                [&](const auto& each) { return each.record != questions.front().record; });
  return questions.first(static_cast<std::size_t>(end - questions.begin()));
}

/// What a batch of questions asks a worker for. Those whose template does not compile are answered by that.
class MapOrder {
 public:
  MapOrder(TemplateClient& worker, Sources sources, Batch records, Questions questions)
      : sources_(sources), records_(records), compiled_(sources.size()) {
    for (MappingQuestion& question : questions) compile(worker, question);
    std::sort(names_.begin(), names_.end());
    names_.erase(std::unique(names_.begin(), names_.end()), names_.end());
    for (Questions rest = questions; !rest.empty();) {
      const Questions own = of_one_record(rest);
      write_record(own);
      rest = rest.subspan(own.size());
    }
  }

  MessageWriter message(bool tells_progress) const {
    MessageWriter message = message_of(TemplateOrder::map);
    message.number(templates_.size());
    for (const std::uint64_t number : templates_) message.number(number);
    return std::move(message.number(tells_progress ? 1 : 0).number(count_).raw(written_.bytes()));
  }

 private:
  struct Compiled {
    bool is_known = false;
    std::uint64_t position = 0;
    std::string error = {};
  };

  /// Of each source once.
  void compile(TemplateClient& worker, MappingQuestion& question) {
    Compiled& compiled = compiled_[question.source];
    if (!std::exchange(compiled.is_known, true)) {
      const MappingSource& source = *sources_[question.source];
      try {
        const auto known = worker.compiled(true, source.as_template(), source.text());
        compiled.position = templates_.size();
        templates_.push_back(known->number);
        names_.insert(names_.end(), known->names.begin(), known->names.end());
      } catch (const TemplateError& error) {
        compiled.error = error.what();
      }
    }
    question.error = compiled.error;
  }

  void write_record(Questions questions) {
    const Json& record = *records_[questions.front().record];
    MessageWriter values;
    std::uint64_t count = 0;
    for (const std::string& name : names_) {
      const Json* value = shortcut::find_escaped(record, name);
      if (value == nullptr) continue;
      values.text(name);
      write_value(*value, values);
      ++count;
    }
    written_.number(count).raw(values.bytes());
    const auto asked = std::count_if(questions.begin(), questions.end(), [](auto& each) { return each.error.empty(); });
    written_.number(static_cast<std::uint64_t>(asked));
    for (const MappingQuestion& question : questions) {
      if (question.error.empty()) written_.number(compiled_[question.source].position);
    }
    ++count_;
  }

  const Sources sources_;
  const Batch records_;
  std::vector<Compiled> compiled_;
  std::vector<std::uint64_t> templates_;
  std::vector<std::string> names_;
  MessageWriter written_;
  std::uint64_t count_ = 0;
};

/// Of the questions that a worker was asked, the one at that position.
const MappingQuestion& asked_at(std::uint64_t position, Questions questions) {
  for (const MappingQuestion& question : questions) {
    if (question.error.empty() && position-- == 0) return question;
  }
  return questions.back();
}

void read_answers(MessageReader answer, Questions questions) {
  for (MappingQuestion& question : questions) {
    if (!question.error.empty()) continue;
    const bool is_rendered = answer.number() != 0;
    (is_rendered ? question.json : question.error) = answer.text();
  }
}

}  // namespace

void Templates::map(Sources sources, Batch records, Questions questions) {
  if (questions.empty()) return;
  const std::lock_guard guard(mutex_);
  try {
    const MapOrder order(worker(), sources, records, questions);
    return read_answers(worker().ask(order.message(false)), questions);
  } catch (const WorkerGone&) {
    worker_.reset();
  } catch (const TemplateError&) {  // too much for one message, perhaps
  } catch (const std::exception& error) {
    for (MappingQuestion& question : questions) question.error = error.what();
    return;
  }
  // One record is to blame: the others must not be lost with it.
  for (Questions rest = questions; !rest.empty();) {
    const Questions own = of_one_record(rest);
    map_record(sources, records, own);
    rest = rest.subspan(own.size());
  }
}

void Templates::map_record(Sources sources, Batch records, Questions questions) {
  std::uint64_t progress = 0;
  try {
    const MapOrder order(worker(), sources, records, questions);
    read_answers(worker().ask(order.message(true), &progress), questions);
  } catch (const WorkerGone& gone) {
    worker_.reset();
    const MappingQuestion& blamed = asked_at(progress, questions);
    const std::string error = error_about(sources[blamed.source]->text(), gone.how);
    for (MappingQuestion& question : questions) question.error = error;
  } catch (const std::exception& error) {
    for (MappingQuestion& question : questions) question.error = error.what();
  }
}

}  // namespace connector
