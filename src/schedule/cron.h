#pragma once

#include <optional>
#include <string_view>

#include "schedule/timetable.h"

namespace connector::schedule {

/// Reads five fields with blanks between them. Throws std::invalid_argument, which says which field is wrong.
CronExpression parse_cron(std::string_view text);

/// The first time after this one that fits; nothing when there is none (February 30).
std::optional<Time> next_time(const CronExpression& expression, Time after);

}  // namespace connector::schedule
