#include "sync/progress.h"

#include <fmt/format.h>

#include <algorithm>

namespace connector {

std::string clock_text(std::chrono::seconds duration) {
  const auto seconds = duration.count();
  if (seconds < 3600) return fmt::format("{}:{:02}", seconds / 60, seconds % 60);
  return fmt::format("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

std::string Progress::text() const {
  const double seconds = std::max(static_cast<double>(elapsed.count()) / 1000, 0.001);
  const double rate = static_cast<double>(read) / seconds;
  const bool is_known = expected > 0 && expected >= read;
  std::string text = fmt::format("{}", read);
  if (is_known) text += fmt::format(" of {}", expected);
  text += " records";
  if (is_known) text += fmt::format(" ({} %)", 100 * read / expected);
  text += fmt::format(", {:.0f}/s, {} payloads in flight, {}", rate, in_flight,
                      clock_text(std::chrono::floor<std::chrono::seconds>(elapsed)));
  if (is_known && read > 0) {
    const double left = static_cast<double>(expected - read) / rate;
    text += ", ETA " + clock_text(std::chrono::seconds(static_cast<long>(left)));
  }
  return text;
}

void ProgressListener::progress(const Progress& progress) {
  if (console_.is_live()) {
    console_.show(name_, name_ + "  " + progress.text());
  } else {
    log_.info("{}", progress.text());
  }
}

void ProgressListener::ended(const Summary&) {
  console_.remove(name_);
}

}  // namespace connector
