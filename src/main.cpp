#include <cstdio>
#include <exception>

#include "catalogue.h"
#include "cli.h"
#include "commands/command.h"
#include "connector/error.h"
#include "platform/process.h"

using namespace connector;

int main(int argc, char** argv) {
  ignore_broken_pipes();
  try {
    return run_command(parse_command_line(argc, argv, commands()), catalogue);
  } catch (const HelpRequest& help) {
    std::fputs(help.text.c_str(), stdout);
    return all_delivered;
  } catch (const UsageError& error) {
    std::fprintf(stderr, "connector: %s\n", error.what());
    return nothing_ran;
  } catch (const ConfigError& error) {
    for (const Problem& problem : error.problems())
      std::fprintf(stderr, "connector: %s\n", std::string(problem).c_str());
    return nothing_ran;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "connector: %s\n", error.what());
    return something_failed;
  }
}
