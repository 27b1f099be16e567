#include <array>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>

#include "catalogue.h"
#include "cli.h"
#include "commands/command.h"
#include "connector/error.h"
#include "platform/process.h"

namespace {

using namespace connector;

constexpr std::array<Mode, 5> modes = {{
    {"managed", "let Oomnitza say what to run, until the program is stopped (the default)", managed_mode},
    {"upload", "run the named sections once and end", upload},
    {"resend", "deliver the payloads that earlier runs had to keep (all, or the named sections')", resend},
    {"generate-ini", "write a config.ini with every setting", generate_ini},
    {"version", "print the version", version},
}};

constexpr std::string_view default_mode = "managed";

std::string actions() {
  std::string text;
  for (const Mode& mode : modes) text += fmt::format("  {:<14}{}\n", mode.name, mode.sentence);
  return text;
}

int run(int argc, char** argv) {
  const CommandLine line = parse_command_line(argc, argv, actions());
  for (const Mode& mode : modes) {
    if (mode.name == (line.action.empty() ? default_mode : line.action)) {
      return mode.run({.line = line, .program_folder = program_file().parent_path(), .plugins = catalogue()});
    }
  }
  throw UsageError("there is no action \"" + line.action + "\":\n" + actions());
}

}  // namespace

int main(int argc, char** argv) {
  ignore_broken_pipes();
  try {
    return run(argc, argv);
  } catch (const HelpRequest& help) {
    std::fputs(help.text.c_str(), stdout);
    return all_delivered;
  } catch (const UsageError& error) {
    std::fprintf(stderr, "connector: %s\n", error.what());
    return nothing_ran;
  } catch (const ConfigError& error) {
    for (const std::string& complaint : error.complaints()) std::fprintf(stderr, "connector: %s\n", complaint.c_str());
    return nothing_ran;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "connector: %s\n", error.what());
    return something_failed;
  }
}
