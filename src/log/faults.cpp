#include "log/faults.h"

#include <algorithm>
#include <cctype>
#include <mutex>
#include <sstream>
#include <utility>

#include "text/text.h"

namespace connector {
namespace {

constexpr std::size_t max_kinds = 100;  // what a source or a converter says may hold the record's own values
constexpr std::size_t max_examples = 3;

/// A detail with "…" for what is quoted in it: "no column …".
std::string without_quotations(const std::string& detail) {
  std::string text;
  for (std::size_t i = 0; i < detail.size(); ++i) {
    const bool opens = (detail[i] == '\'' || detail[i] == '"') &&
                       (i == 0 || std::isalnum(static_cast<unsigned char>(detail[i - 1])) == 0);
    const std::size_t end = opens ? detail.find(detail[i], i + 1) : std::string::npos;
    if (end == std::string::npos) {
      text += detail[i];
    } else {
      text += "…";
      i = end;
    }
  }
  return text;
}

/// What details of records with the same fault have in common: without addresses, quotations, numbers, and what follows
/// the status of a response.
std::string nature_of(const std::string& detail) {
  std::istringstream words(without_quotations(detail));
  std::string nature;
  std::string word;
  for (bool is_status = false; words >> word && !is_status;) {
    is_status = nature.ends_with("status ");
    const bool is_value = contains(word, "://") || word.find_first_of("0123456789") != std::string::npos;
    nature += is_value && !is_status ? "… " : word + " ";
  }
  return nature;
}

std::string with_detail(const std::string& text, const std::string& detail) {
  return detail.empty() ? text : text + ": " + detail;
}

std::string of_several(std::size_t count, const char* nouns, const std::string& text, const std::string& examples) {
  return fmt::format("{} {}: {}; for example {}", count, nouns, text, examples);
}

}  // namespace

struct Faults::State {
  struct Kind {
    Level level;
    std::string text;
    std::string nature;
    std::string detail;     ///< of the first
    std::size_t count = 0;  ///< of records
    std::size_t times = 0;
    std::vector<std::string> records = {};
    const char* nouns = "";  ///< what they are

    std::string examples() const {
      std::string names;
      for (const std::string& record : records) names += (names.empty() ? "" : ", ") + record;
      return names;
    }
  };

  explicit State(Log output) : log(std::move(output)) {}

  const Log log;
  std::mutex mutex;
  std::vector<Kind> kinds;

  /// Returns whether it is the first of its kind.
  bool add(Level level, const std::string& text, const std::string& detail, const std::string& record,
           std::size_t count_of_records, const char* nouns) {
    const std::lock_guard lock(mutex);
    Kind& kind = kind_of(level, text, detail);
    const bool is_first = kind.count == 0;
    kind.nouns = nouns;
    kind.count += count_of_records;
    ++kind.times;
    if (kind.records.size() < max_examples) kind.records.push_back(record);
    return is_first;
  }

  Kind& kind_of(Level level, const std::string& text, const std::string& detail) {
    std::string nature = nature_of(detail);
    const auto known = std::find_if(kinds.begin(), kinds.end(),
                                    [&](const Kind& kind) { return kind.text == text && kind.nature == nature; });
    if (known != kinds.end()) return *known;
    if (kinds.size() == max_kinds) return kinds.emplace_back(Kind{level, "other faults", "", ""});
    return kinds.size() > max_kinds ? kinds.back() : kinds.emplace_back(Kind{level, text, std::move(nature), detail});
  }
};

Faults::Faults(Log log) : state_(std::make_shared<State>(std::move(log))) {}

void Faults::note(Level level, const std::string& kind, const std::string& record, const std::string& detail,
                  std::size_t count) const {
  const bool is_first = state_->add(level, kind, detail, record, count, "records");
  const std::string text = with_detail(kind, detail);
  state_->log.write(is_first ? level : Level::debug, "{}",
                    count == 1 ? fmt::format("{} ({})", text, record) : of_several(count, "records", text, record));
}

void Faults::note_missing_part(const std::string& part) const {
  const bool is_first = state_->add(Level::error, "not read", {}, part, 1, "parts of the source");
  state_->log.write(is_first ? Level::error : Level::debug, "part of the source not read ({})", part);
}

void Faults::report() const {
  const std::lock_guard lock(state_->mutex);
  for (const auto& kind : state_->kinds) {
    if (kind.times < 2) continue;
    state_->log.write(kind.level, "{}",
                      of_several(kind.count, kind.nouns, with_detail(kind.text, kind.detail), kind.examples()));
  }
}

std::vector<std::string> Faults::first(std::size_t most) const {
  std::vector<std::string> texts;
  const std::lock_guard lock(state_->mutex);
  for (const auto& kind : state_->kinds) {
    if (texts.size() == most) break;
    if (kind.level < Level::error) continue;
    const std::string text = with_detail(kind.text, kind.detail);
    texts.push_back(kind.count == 1 ? fmt::format("{} ({})", text, kind.examples())
                                    : of_several(kind.count, kind.nouns, text, kind.examples()));
  }
  return texts;
}

const Log& Faults::log() const {
  return state_->log;
}

}  // namespace connector
