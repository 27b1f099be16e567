#include "log/redactor.h"

#include <algorithm>
#include <mutex>

#include "connector/encoding.h"
#include "connector/json.h"
#include "platform/memory.h"
#include "text/utf8.h"

namespace connector {

namespace {

constexpr std::string_view mask = "***";

std::string replaced(const std::string& text, std::string_view part, std::string_view by) {
  std::string result;
  std::size_t begin = 0;
  for (std::size_t place = text.find(part); place != std::string::npos; place = text.find(part, begin)) {
    result.append(text, begin, place - begin).append(by);
    begin = place + part.size();
  }
  return result.append(text, begin);
}

std::string quoted(const std::string& text, bool ascii) {
  const std::string json = to_text(Json(text), -1, ascii);
  return json.substr(1, json.size() - 2);
}

/// A string as URLs, JSON and XML write it.
std::vector<std::string> forms_of(const std::string& text) {
  const std::string encoded = percent_encoded(text);
  const std::string xml = replaced(replaced(replaced(text, "&", "&amp;"), "<", "&lt;"), ">", "&gt;");
  const std::string attribute = replaced(xml, "\"", "&quot;");
  return {text,
          encoded,
          replaced(encoded, "%2F", "/"),
          replaced(encoded, "%20", "+"),
          replaced(text, " ", "%20"),
          quoted(text, false),
          quoted(text, true),
          replaced(quoted(text, true), "/", "\\/"),
          xml,
          attribute,
          replaced(attribute, "'", "&#39;"),
          replaced(attribute, "'", "&#x27;"),
          replaced(attribute, "'", "&apos;")};
}

}  // namespace

Redactor::~Redactor() {
  for (std::string& secret : secrets_) wipe(secret);
}

void Redactor::hide(std::string_view secret) {
  if (character_count(secret) < 4) return;
  const std::vector<std::string> forms = forms_of(std::string(secret));
  const std::unique_lock lock(mutex_);
  for (const std::string& form : forms) hide_form(form);
}

void Redactor::hide_form(std::string_view form) {
  if (std::find(secrets_.begin(), secrets_.end(), form) != secrets_.end()) return;
  const auto shorter = [](std::string_view text, const std::string& other) { return text.size() > other.size(); };
  secrets_.emplace(std::upper_bound(secrets_.begin(), secrets_.end(), form, shorter), form);
}

std::string Redactor::redact(std::string text) const {
  const std::shared_lock lock(mutex_);
  for (const std::string& secret : secrets_) {
    if (text.find(secret) != std::string::npos) text = replaced(text, secret, mask);
  }
  return text;
}

}  // namespace connector
