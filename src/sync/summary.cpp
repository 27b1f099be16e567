#include "sync/summary.h"

#include <fmt/format.h>

namespace connector {

Summary& Summary::operator+=(const Counts& counts) {
  Counts::operator+=(counts);
  return *this;
}

Summary& Summary::operator+=(const Summary& counts) {
  *this += static_cast<const Counts&>(counts);
  pulled += counts.pulled;
  delivered += counts.delivered;
  undelivered += counts.undelivered;
  not_sent += counts.not_sent;
  parts_missing += counts.parts_missing;
  if (error.empty()) error = counts.error;
  seconds += counts.seconds;
  return *this;
}

std::string Summary::text() const {
  std::string text = fmt::format("{} pulled, {} filtered out, {} skipped, {} failed, {} {}", pulled, filtered_out,
                                 skipped, failed, delivered, is_rehearsal ? "would be delivered" : "delivered");
  if (undelivered > 0) text += fmt::format(", {} undelivered", undelivered);
  if (not_sent > 0) text += fmt::format(", {} not sent", not_sent);
  if (parts_missing > 0) text += fmt::format("; {} parts of the source could not be read", parts_missing);
  for (const auto& [converter, count] : nulls) {
    text += fmt::format("; {} values null: converter {} raised", count, converter);
  }
  if (canceled) text += "; canceled in Oomnitza";
  if (interrupted) text += "; interrupted";
  return text;
}

}  // namespace connector
