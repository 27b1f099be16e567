#pragma once

namespace connector {

/// The program's only argument when it is a host of template workers.
inline constexpr const char* template_host_word = "template-workers";

/// What run_program() does then, until the program that started it is gone. Returns the exit code.
int run_template_host();

}  // namespace connector
