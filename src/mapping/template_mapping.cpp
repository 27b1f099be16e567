#include "mapping/template_mapping.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "connector/error.h"
#include "python/template_shortcut.h"
#include "text/values.h"

namespace connector {
namespace {

/// The fields whose attribute is a plain name or path.
std::vector<AbsentNames::Name> plain_names(const TemplateMappingSpec& spec) {
  std::vector<AbsentNames::Name> names;
  for (const auto& [field, specification] : spec.fields.items()) {
    const Json& value = member(specification, "value");
    if (text_of(member(specification, "type")) != "attribute" || !value.is_string()) continue;
    const std::string& text = value.get_ref<const std::string&>();
    const auto path = shortcut::Path::of_template(text);
    if (const auto name = path ? path : shortcut::Path::of_expression(text)) names.push_back({field, name->text()});
  }
  return names;
}

bool has_name(const Json& record, const std::string& path) {
  const std::size_t dot = path.find('.');
  const Json* first = shortcut::find_escaped(record, std::string_view(path).substr(0, dot));
  return first != nullptr && (dot == std::string::npos || is_empty(*first) || has(*first, path.substr(dot + 1)));
}

}  // namespace

TemplateMapping::TemplateMapping(TemplateMappingSpec spec, Templates& templates, RecordFilter filter, Faults faults)
    : spec_(std::move(spec)),
      templates_(templates),
      filter_(filter),
      faults_(std::move(faults)),
      absent_names_(plain_names(spec_), has_name) {}

void TemplateMapping::prepare() {
  std::optional<Json> credential_name;
  for (const auto& [name, specification] : spec_.fields.items()) {
    if (std::find(spec_.extras.begin(), spec_.extras.end(), name) != spec_.extras.end()) continue;
    const std::string type = text_of(member(specification, "type"));
    const Json& value = member(specification, "value");
    Field field{.name = name, .key = "," + to_text(Json(name)) + ":"};
    if (type == "value") {
      field.constant = to_text(value);
    } else if (type == "catalog_input") {
      field.constant = to_text(spec_.catalog_input(text_of(value)));
    } else if (type == "credential_input") {
      if (!credential_name) credential_name = spec_.credential_name();
      field.constant = to_text(*credential_name);
    } else if (type == "attribute") {
      field.source = templates_.read_mapping(value);
      field.may_change_values = field.source->has_call() && templates_.may_change_values(field.source->as_template());
    } else {
      faults_.log().warning("field {} skipped: this version does not know its mapping type {}", name, type);
      continue;
    }
    fields_.push_back(std::move(field));
  }
  for (const Field& field : fields_) sources_.push_back(field.source ? &*field.source : nullptr);
}

std::vector<std::string> TemplateMapping::fields() const {
  std::vector<std::string> names = spec_.extras;
  for (const auto& [name, specification] : spec_.fields.items()) names.push_back(name);
  return names;
}

/// The records of a batch as JSON text, with gaps for what only Python knows.
class TemplateMapping::Drafts {
 public:
  explicit Drafts(const TemplateMapping& mapping) : mapping_(mapping) {}

  /// Throws SourceError when it cannot be mapped; then nothing was added.
  void add(Record& record) {
    const std::size_t begin = text_.size();
    const std::size_t questions = questions_.size();
    try {
      write(record);
    } catch (...) {
      text_.resize(begin);
      questions_.resize(questions);
      gaps_.resize(questions);
      throw;
    }
    drafts_.push_back({&record, begin, text_.size(), questions});
    records_.push_back(&record.data);
  }

  /// Fills the gaps. done(record, json) is called for each record, in their order; those that could not be mapped have
  /// an error now.
  template <class Done>
  void finish(Done done) {
    mapping_.templates_.map(mapping_.sources_, records_, questions_);
    std::string filled;
    for (std::size_t i = 0; i < drafts_.size(); ++i) {
      const Draft& draft = drafts_[i];
      const std::size_t end = i + 1 < drafts_.size() ? drafts_[i + 1].questions : questions_.size();
      filled.clear();
      if (end > draft.questions) draft.record->error = fill(draft, end, filled);
      done(*draft.record,
           end > draft.questions ? filled : std::string_view(text_).substr(draft.begin, draft.end - draft.begin));
    }
  }

 private:
  struct Draft {
    Record* record;
    std::size_t begin;
    std::size_t end;
    std::size_t questions;  ///< index of the first one
  };

  void write(const Record& record) {
    bool is_changed = false;
    const std::size_t begin = text_.size();
    for (std::size_t i = 0; i < mapping_.fields_.size(); ++i) {
      const Field& field = mapping_.fields_[i];
      text_ += field.key;
      if (!field.source) {
        text_ += field.constant;
      } else if (is_changed || !append(field, record.data)) {
        gaps_.push_back(text_.size());
        questions_.push_back({.record = drafts_.size(), .source = i});
        is_changed = is_changed || field.may_change_values;
      }
    }
    if (!record.data.is_object()) throw SourceError("the record is not an object");
    for (const std::string& extra : mapping_.spec_.extras) {
      text_ += ',' + to_text(extra) + ':' + to_text(member(record.extra, extra));
    }
    text_[begin] = '{';
    text_ += '}';
  }

  bool append(const Field& field, const Json& record) {
    try {
      if (!record.is_object()) throw SourceError("the record is not an object");
      return field.source->append(record, text_);
    } catch (const std::exception& error) {
      throw SourceError(about(field, error.what()));
    }
  }

  static std::string about(const Field& field, const std::string& error) {
    return fmt::format("field {}, mapped to {}: {}", field.name, field.source->text(), error);
  }

  /// The error of a gap that cannot be filled.
  std::string fill(const Draft& draft, std::size_t questions_end, std::string& json) const {
    std::size_t position = draft.begin;
    for (std::size_t i = draft.questions; i < questions_end; ++i) {
      const MappingQuestion& question = questions_[i];
      if (!question.error.empty()) return about(mapping_.fields_[question.source], question.error);
      json.append(text_, position, gaps_[i] - position);
      json += question.json;
      position = gaps_[i];
    }
    json.append(text_, position, draft.end - position);
    return {};
  }

  const TemplateMapping& mapping_;
  std::string text_;
  std::vector<Draft> drafts_;
  std::vector<const Json*> records_;
  std::vector<MappingQuestion> questions_;
  std::vector<std::size_t> gaps_;  ///< of each question: where its answer belongs
};

void TemplateMapping::map(Batch& batch, Payload& payload, Counts& counts) {
  if (filter_) filter(batch, counts);
  absent_names_.note(batch);
  Drafts drafts(*this);
  for (Record& record : batch) {
    try {
      if (record.error.empty()) add(record, drafts, counts);
    } catch (const std::exception& error) {
      record.error = error.what();
    }
    if (!record.error.empty()) fail(record, counts);
  }
  drafts.finish([&](Record& record, std::string_view json) {
    if (!record.error.empty()) return fail(record, counts);
    payload.add([&](std::string& text) {
      text += json;
      return true;
    });
  });
}

void TemplateMapping::add(Record& record, Drafts& drafts, Counts& counts) {
  std::call_once(prepared_, [this] { prepare(); });
  if (fields_.empty() && spec_.extras.empty()) {
    ++counts.skipped;
  } else {
    drafts.add(record);
  }
}

void TemplateMapping::fail(const Record& record, Counts& counts) const {
  faults_.note(Level::error, "record could not be read completely", fmt::format("record {}", record.number),
               record.error);
  ++counts.failed;
}

/// Leaves the records that pass, as the filter has changed them.
void TemplateMapping::filter(Batch& batch, Counts& counts) const {
  filter_.code->together([&](const InlineCode::Lock& python) {
    std::erase_if(batch, [&](Record& record) { return record.error.empty() && !passes(record, python, counts); });
  });
}

bool TemplateMapping::passes(Record& record, const InlineCode::Lock& python, Counts& counts) const {
  try {
    InlineCode::PythonRecord seen(*filter_.code, python, record.data);
    if (seen.keep(*filter_.function)) {
      record.data = seen.json();
      return true;
    }
    ++counts.filtered_out;
  } catch (const std::exception& error) {
    faults_.note(Level::error, "record not sent", fmt::format("record {}", record.number), error.what());
    ++counts.failed;
  }
  return false;
}

}  // namespace connector
