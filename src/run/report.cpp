#include "run/report.h"

#include <fmt/format.h>

namespace connector {

Report& Report::operator+=(const Report& counts) {
  pulled += counts.pulled;
  delivered += counts.delivered;
  filtered_out += counts.filtered_out;
  left_out += counts.left_out;
  failed += counts.failed;
  undelivered += counts.undelivered;
  not_sent += counts.not_sent;
  return *this;
}

std::string Report::text() const {
  std::string text = fmt::format("{} pulled, {} filtered out, {} left out, {} failed, {} delivered", pulled,
                                 filtered_out, left_out, failed, delivered);
  if (undelivered > 0) text += fmt::format(", {} undelivered", undelivered);
  if (not_sent > 0) text += fmt::format(", {} not sent", not_sent);
  if (canceled) text += "; cancelled in Oomnitza";
  if (interrupted) text += "; interrupted";
  return text;
}

}  // namespace connector
