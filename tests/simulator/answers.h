#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "connector/json.h"
#include "simulator/http_server.h"

namespace connector::simulator {

constexpr std::size_t source_connections = 300;  ///< each worker of a connector keeps one

/// 200 with a JSON body.
Answer json_answer(const Json& value, int status = 200);

/// {"error": text}
Answer problem(int status, const std::string& text);

/// The part of the path between prefix and suffix, one segment; nothing when the path is not of that kind.
std::optional<std::string> segment(std::string_view path, std::string_view prefix, std::string_view suffix = "");

/// A number of decimal digits alone.
std::optional<std::size_t> whole_number(std::string_view text);

}  // namespace connector::simulator
