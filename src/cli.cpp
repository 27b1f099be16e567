#include "cli.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <optional>
#include <type_traits>

#include "text/nearest.h"

namespace connector {
namespace {

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

CLI::Validator one_of(const std::string& words) {
  return {[words](const std::string& text) {
            const bool is_one = ("|" + words + "|").find("|" + text + "|") != std::string::npos;
            return is_one ? std::string() : "must be " + words;
          },
          ""};
}

void add(CLI::App& app, const Option& option, CommandLine& line) {
  const std::string names(option.names);
  const auto add_it = [&](auto target) {
    if constexpr (std::is_same_v<decltype(target), bool CommandLine::*>) {
      app.add_flag(names, line.*target);
    } else if constexpr (std::is_same_v<decltype(target), std::string CommandLine::*>) {
      app.add_option(names, line.*target)->check(one_of(std::string(option.value)));
    } else if constexpr (std::is_same_v<decltype(target), std::optional<std::string> CommandLine::*>) {
      if (option.value.starts_with('[')) {
        app.add_option_function<std::vector<std::string>>(names,
                                                          [target, &line](const std::vector<std::string>& texts) {
                                                            line.*target = texts.empty() ? "" : texts.front();
                                                          })
            ->expected(0, 1);
      } else {
        app.add_option(names, line.*target);
      }
    } else if constexpr (std::is_member_object_pointer_v<decltype(target)>) {
      app.add_option(names, line.*target);
    } else {
      app.add_option_function<std::int64_t>(names, [target, &line](std::int64_t number) { target(line, number); })
          ->transform(decimal());
    }
  };
  std::visit(add_it, option.target);
}

/// Of all words that begin with a dash, the first one that no option is called.
void refuse_unknown(const CLI::App& app) {
  std::vector<std::string> unknown = app.remaining();
  std::erase(unknown, "--");
  if (unknown.empty()) return;
  const std::string name = unknown.front().substr(0, unknown.front().find('='));
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& known : option->get_lnames()) names.push_back("--" + known);
  }
  throw UsageError("unknown option " + name + did_you_mean(name, names));
}

/// What the program does when it is called by this name.
constexpr std::string_view store_secrets = "strongbox";

void sort(const std::vector<std::string>& words, CommandLine& line) {
  for (const std::string& word : words) {
    if (word == "ini_only") {
      line.ini_only = true;
    } else if (line.action.empty()) {
      line.action = word;
    } else if (std::find(line.sections.begin(), line.sections.end(), word) == line.sections.end()) {
      line.sections.push_back(word);
    }
  }
}

}  // namespace

CommandLine parse_command_line(int argc, const char* const* argv) {
  CommandLine line;
  if (argc > 0 && std::filesystem::path(argv[0]).filename() == store_secrets) line.action = store_secrets;
  std::vector<std::string> words;
  CLI::App app;
  app.set_help_flag();  // an option like the others
  app.allow_extras();
  app.add_option("words", words);
  for (const Option& option : options()) add(app, option, line);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ArgumentMismatch& error) {
    // "--ini: 1 required TEXT missing", "--ini: At most 1 required but received 2"
    const std::string text = error.what();
    const bool is_twice = text.find("received") != std::string::npos;
    throw UsageError("option " + text.substr(0, text.find(':')) + (is_twice ? " is given twice" : " needs a value"));
  } catch (const CLI::ParseError& error) {
    throw UsageError(error.what());
  }
  sort(words, line);
  if (line.help) return line;
  refuse_unknown(app);
  if (line.ini && line.env_file) throw UsageError("--ini and --env-file exclude each other");
  return line;
}

}  // namespace connector
