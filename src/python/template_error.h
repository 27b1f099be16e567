// How templates that fail speak. For the room alone.
#pragma once

#include <string>
#include <string_view>

namespace connector {

/// Names the template, shortened and on one line, and the cause.
std::string error_about(std::string_view source, std::string_view cause);

/// Throws that as TemplateError.
[[noreturn]] void fail(std::string_view source, std::string_view cause);

}  // namespace connector
