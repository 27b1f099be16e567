#pragma once

namespace connector {

class Plugins;

/// All that main() does, with the sources that there are. Returns the exit code.
int run_program(int argc, char** argv, const Plugins& (*sources)());

}  // namespace connector
