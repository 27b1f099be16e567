// What is done with unixODBC in several places: handles, texts and the drivers' messages.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace connector::odbc {

/// An ODBC handle that is freed with its owner.
using Handle = std::unique_ptr<void, void (*)(void*)>;

/// ODBC takes numbers where pointers stand.
void* attribute(std::uintptr_t number);

using Utf16 = std::vector<std::uint16_t>;

/// Appends text in UTF-8. Half a surrogate pair, which SQL Server stores, becomes U+FFFD.
void append_utf8(std::string& text, std::span<const std::uint16_t> units);

std::string utf8(std::span<const std::uint16_t> units);
Utf16 utf16(std::string_view text);

/// What a driver wrote into `buffer`: `length` characters, or as many of them as fitted before the closing zero.
std::span<const std::uint16_t> written(std::span<const std::uint16_t> buffer, std::int16_t length);

/// A driver's messages about its last call.
struct Diagnosis {
  std::string state;      ///< the SQLSTATE of the first message
  std::string text;       ///< all messages on one line
  bool is_error = false;  ///< one of them is more than a warning
};

/// type: SQL_HANDLE_STMT or another of ODBC's kinds of handles.
Diagnosis diagnosis(std::int16_t type, void* handle);

}  // namespace connector::odbc
