#include "log/redactor.h"

#include <algorithm>
#include <mutex>

namespace connector {

namespace {

constexpr std::string_view mask = "***";

std::ptrdiff_t characters(std::string_view text) {
  return std::count_if(text.begin(), text.end(), [](char byte) { return (byte & 0xC0) != 0x80; });
}

}  // namespace

void Redactor::hide(std::string_view secret) {
  if (characters(secret) < 4) return;
  const std::unique_lock lock(mutex_);
  if (std::find(secrets_.begin(), secrets_.end(), secret) != secrets_.end()) return;
  const auto shorter = [](std::string_view text, const std::string& other) { return text.size() > other.size(); };
  secrets_.emplace(std::upper_bound(secrets_.begin(), secrets_.end(), secret, shorter), secret);
}

std::string Redactor::redact(std::string text) const {
  const std::shared_lock lock(mutex_);
  for (const std::string& secret : secrets_) {
    for (std::size_t place = text.find(secret); place != std::string::npos;
         place = text.find(secret, place + mask.size()))
      text.replace(place, secret.size(), mask);
  }
  return text;
}

}  // namespace connector
