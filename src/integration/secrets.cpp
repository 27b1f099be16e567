#include "integration/secrets.h"

#include <algorithm>
#include <utility>

namespace connector::integration {
namespace {

constexpr std::size_t calls_remembered = 256;

std::string_view behind_scheme(std::string_view secret) {
  constexpr std::size_t shortest = 8;
  const std::size_t blank = secret.find(' ');
  if (blank == std::string_view::npos || secret.find(' ', blank + 1) != std::string_view::npos) return {};
  const std::string_view rest = secret.substr(blank + 1);
  return rest.size() < shortest ? std::string_view() : rest;
}

void hide_in(Redactor& redactor, std::string_view secret) {
  redactor.hide(secret);
  if (const std::string_view rest = behind_scheme(secret); !rest.empty()) redactor.hide(rest);
}

constexpr std::size_t shortest_literal = 6;

/// Calls take(literal) for each string in quotes that is not the key of an object.
template <class Take>
void each_quoted(std::string_view text, Take take) {
  for (std::size_t i = text.find_first_of("\"'"); i < text.size(); i = text.find_first_of("\"'", i + 1)) {
    std::size_t end = i + 1;
    while (end < text.size() && text[end] != text[i]) end += text[end] == '\\' ? 2 : 1;
    if (end >= text.size()) return;
    const std::size_t next = text.find_first_not_of(" \t\r\n", end + 1);
    if (next == std::string_view::npos || text[next] != ':') take(text.substr(i + 1, end - i - 1));
    i = end;
  }
}

/// Calls take(value) for what stands behind each `begin`, up to one of `ends`.
template <class Take>
void each_behind(std::string_view text, char begin, std::string_view ends, Take take) {
  for (std::size_t i = text.find(begin); i < text.size(); i = text.find(begin, i + 1)) {
    take(text.substr(i + 1, std::min(text.find_first_of(ends, i + 1), text.size()) - i - 1));
  }
}

class SyncOutput final : public Log::Output {
 public:
  SyncOutput(std::shared_ptr<Secrets> secrets, Log log) : secrets_(std::move(secrets)), log_(std::move(log)) {}

  bool enabled(Level level) const override { return log_.enabled(level); }
  void write(Level level, const std::string& message) override { log_.write(level, "{}", secrets_->redact(message)); }
  void hide(std::string_view secret) override { secrets_->hide(secret); }
  std::string redact(std::string text) const override { return log_.redact(secrets_->redact(std::move(text))); }

 private:
  std::shared_ptr<Secrets> secrets_;
  Log log_;
};

}  // namespace

void Secrets::hide(std::string_view secret) {
  hide_in(lasting_, secret);
}

void Secrets::hide_for_a_call(std::string_view secret) {
  const std::lock_guard lock(mutex_);
  if (++recent_count_ > calls_remembered) {
    older_ = std::exchange(recent_, std::make_shared<Redactor>());
    recent_count_ = 1;
  }
  hide_in(*recent_, secret);
}

void Secrets::hide_texts(const Json& value, std::size_t least_length) {
  if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    if (text.size() >= least_length) hide(text);
  } else if (value.is_structured()) {
    for (const Json& part : value) hide_texts(part, least_length);
  }
}

void Secrets::hide_literals(const Json& source) {
  if (source.is_structured()) {
    for (const Json& part : source) hide_literals(part);
  }
  if (!source.is_string()) return;
  const std::string_view text = source.get_ref<const std::string&>();
  const auto take = [this](std::string_view literal) {
    if (literal.size() >= shortest_literal && literal.find("{{") == std::string_view::npos) hide(literal);
  };
  each_quoted(text, take);
  each_behind(text, '=', "&\"'<>{} \t\r\n", take);
  each_behind(text, '>', "<{", take);
  if (text.find_first_of("{<") == std::string_view::npos) take(text);
}

std::string Secrets::redact(std::string text) const {
  std::shared_ptr<Redactor> recent;
  std::shared_ptr<Redactor> older;
  {
    const std::lock_guard lock(mutex_);
    recent = recent_;
    older = older_;
  }
  return lasting_.redact(older->redact(recent->redact(std::move(text))));
}

Log log_with(const std::shared_ptr<Secrets>& secrets, const Log& log) {
  return Log(std::make_shared<SyncOutput>(secrets, log));
}

}  // namespace connector::integration
