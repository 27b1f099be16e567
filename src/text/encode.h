#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace connector {

/// A UTF-8 text in another charset, by the name that iconv or Python has for it ("cp1251", "latin-1", "utf-8-sig"); '?'
/// for characters that it does not have. Nothing when the charset is not known.
std::optional<std::string> encoded_text(std::string_view text, const std::string& charset);

}  // namespace connector
