#pragma once

#include <string>
#include <string_view>

namespace connector {

/// A JSON file's bytes as UTF-8 without byte order mark. They are UTF-8, UTF-16 or UTF-32, told apart by the mark or by
/// where the zero bytes lie. Throws JsonError when bytes said to be UTF-16 or UTF-32 are none; UTF-8 is not checked.
std::string json_text(std::string bytes);

}  // namespace connector
