#pragma once

#include <string_view>

#include "connector/log.h"

namespace connector {

/// Hides the password in an address that a person has written, "https://USER:PASSWORD@HOST", also where the rest of it
/// is wrong: messages about a wrong address quote it. Other strings hide nothing.
void hide_credentials(const Log& log, std::string_view address);

}  // namespace connector
