#include "cli.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

namespace connector {
namespace {

std::string actions(std::span<const Command> commands) {
  std::string text;
  for (const Command& command : commands) text += fmt::format("  {:<14}{}\n", command.name, command.sentence);
  return text;
}

/// Decimal digits and nothing else: CLI11 alone would take 010 for 8 and 0x10 for 16.
CLI::Validator decimal() {
  return {[](std::string& text) {
            if (text.empty() || text.find_first_not_of("0123456789") != std::string::npos) {
              return std::string("must be a whole number, 0 or greater");
            }
            text.erase(0, std::min(text.find_first_not_of('0'), text.size() - 1));
            return std::string();
          },
          ""};
}

}  // namespace

CommandLine parse_command_line(int argc, const char* const* argv, std::span<const Command> commands) {
  CommandLine line;
  std::vector<std::string> words;
  std::int64_t record_count = 0;  // signed, so that a negative number is seen as one
  std::int64_t workers = line.workers;

  CLI::App app("Brings assets and people from your systems into Oomnitza.", "connector");
  app.footer("Actions:\n" + actions(commands));
  app.add_option("words", words, "what to do (without a word: managed), then the names of the sections to run")
      ->option_text("[ACTION] [SECTION...]");
  app.add_option("--ini", line.ini, "the configuration file (config.ini)")->option_text("FILE");
  app.add_option("--env-file", line.env_file, "a file of environment variables that configures instead")
      ->option_text("FILE");
  app.add_option("--logging-config", line.logging_config, "how to log (logging.json)")->option_text("FILE");
  app.add_option("--state-dir", line.state_dir,
                 "directory for persistent state ($STATE_DIRECTORY, else the working folder)")
      ->option_text("FOLDER");
  app.add_option("--record-count", record_count, "pull at most N records for each section; 0: all")
      ->option_text("N")
      ->transform(decimal());
  app.add_option("--workers", workers, "how many payloads may be under way at once (2)")
      ->option_text("N")
      ->transform(decimal());
  app.add_flag("--testmode", line.testmode, "print the payloads of ten records instead of sending them");
  app.add_flag("--save-data,--save_data", line.save_data, "keep pulled records and payloads in ./save_data");
  app.add_flag("--show-mappings", line.show_mappings, "print the merged mappings and end");
  app.add_flag("--ignore-cloud-maintenance", line.ignore_cloud_maintenance, "managed: go on while the cloud is away");

  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    throw HelpRequest{app.help()};
  } catch (const CLI::ParseError& error) {
    throw UsageError(std::string(error.what()) + "\n\n" + app.help());
  }
  if (line.ini && line.env_file) throw UsageError("--ini and --env-file exclude each other\n\n" + app.help());

  constexpr std::int64_t max_workers = 256;
  line.workers = static_cast<unsigned>(std::clamp<std::int64_t>(workers, 1, max_workers));
  line.record_count = static_cast<std::size_t>(record_count);
  for (const std::string& word : words) {
    if (word == "ini_only") {
      line.ini_only = true;
    } else if (line.action.empty()) {
      line.action = word;
    } else if (std::find(line.sections.begin(), line.sections.end(), word) == line.sections.end()) {
      line.sections.push_back(word);
    }
  }
  return line;
}

}  // namespace connector
