#include "program.h"

#include <cstdio>
#include <exception>
#include <string_view>

#include "cli.h"
#include "commands/command.h"
#include "connector/error.h"
#include "platform/limits.h"
#include "platform/process.h"
#include "python/template_worker.h"

namespace connector {
namespace {

int run(int argc, char** argv, const Plugins& (*sources)()) {
  try {
    if (argc == 2 && std::string_view(argv[1]) == template_host_word) return run_template_host();
    return run_command(parse_command_line(argc, argv), sources());
  } catch (const ConfigError& error) {
    for (const Problem& problem : error.problems())
      std::fprintf(stderr, "connector: %s\n", std::string(problem).c_str());
    return nothing_ran;
  } catch (const UsageError& error) {
    std::fprintf(stderr, "connector: %s\n", error.what());
    return nothing_ran;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "connector: %s\n", reason(error).c_str());
    return something_failed;
  }
}

}  // namespace

int run_program(int argc, char** argv, const Plugins& (*sources)()) {
  open_standard_streams();
  ignore_broken_pipes();
  raise_descriptor_limit();
  const int exit_code = run(argc, argv, sources);
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return exit_code;
  std::fputs("connector: not all of the output could be written to standard output\n", stderr);
  return exit_code == all_delivered ? something_failed : exit_code;
}

}  // namespace connector
