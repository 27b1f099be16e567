// The manual page and the completions list every action and option.
//
//   UPDATE_README=1 build/connector-tests --gtest_filter='House*'
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "app/libraries.h"
#include "commands/command.h"
#include "support/documents.h"

namespace connector::house_manual_test {

using test::expect_file;
using test::house;
using test::text_of;
using test::with_lines;

std::string sentence(std::string_view text) {
  std::string result(text);
  result.front() = static_cast<char>(std::toupper(result.front()));
  return result + ".";
}

/// The names of an option: "-q", "--quiet".
std::vector<std::string> names_of(const Option& option) {
  std::vector<std::string> names;
  for (std::string_view rest = option.names; !rest.empty();) {
    names.emplace_back(rest.substr(0, rest.find(',')));
    rest.remove_prefix(std::min(names.back().size() + 1, rest.size()));
  }
  return names;
}

std::string words_as_mdoc(std::string_view words) {
  const bool is_optional = words.starts_with('[');
  if (is_optional) words = words.substr(1, words.size() - 2);
  const bool may_repeat = words.ends_with("...");
  if (may_repeat) words.remove_suffix(3);
  return fmt::format("{} Ar {}{}", is_optional ? " Op" : "", words, may_repeat ? " ..." : "");
}

std::string actions_as_mdoc() {
  std::string text;
  for (const Command& command : commands()) {
    text += fmt::format(".It Cm {}{}\n{}\n", command.name, command.words.empty() ? "" : words_as_mdoc(command.words),
                        sentence(command.sentence));
  }
  return text;
}

std::string options_as_mdoc() {
  std::string text;
  for (const Option& option : options()) {
    std::string names;
    for (const std::string& name : names_of(option)) names += (names.empty() ? "Fl " : " , Fl ") + name.substr(1);
    text += fmt::format(".It {}{}\n{}\n", names, option.value.empty() ? "" : words_as_mdoc(option.value),
                        sentence(option.help));
  }
  return text;
}

/// What an action takes: its own options, and those of every action that reads a configuration.
std::vector<std::string> options_of(const Command* command) {
  std::vector<std::string> names;
  for (const Option& option : options()) {
    const std::vector<std::string> own = names_of(option);
    const auto is_own = [&](std::string_view name) { return name == own.front(); };
    if (command == nullptr || (option.general && command->needs != Needs::nothing) ||
        std::any_of(command->options.begin(), command->options.end(), is_own)) {
      names.push_back(own.back().starts_with("--save_") ? own.front() : own.back());
    }
  }
  return names;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

TEST(HouseManual, ThePageListsEveryActionAndOption) {
  const auto file = house / "docs" / "connector.1";
  std::string page = with_lines(text_of(file), "actions", actions_as_mdoc());
  expect_file(file, with_lines(page, "options", options_as_mdoc()));
}

TEST(HouseManual, BashCompletesEveryActionAndOption) {
  std::vector<std::string> actions;
  std::string options;
  for (const Command& command : commands()) {
    actions.emplace_back(command.name);
    options += fmt::format("    {}) echo '{}' ;;\n", command.name, joined(options_of(&command)));
  }
  options += fmt::format("    *) echo '{}' ;;\n", joined(options_of(nullptr)));
  const auto file = house / "docker" / "packaging" / "completion" / "connector";
  const std::string script = with_lines(text_of(file), "actions", fmt::format("  echo '{}'\n", joined(actions)));
  expect_file(file, with_lines(script, "options", options));
}

TEST(HouseManual, FishCompletesEveryActionAndOption) {
  std::string lines;
  for (const Command& command : commands()) {
    lines += fmt::format("complete -c connector -n __fish_use_subcommand -a {} -d \"{}\"\n", command.name,
                         sentence(command.sentence));
  }
  for (const Option& option : options()) {
    lines += "complete -c connector";
    for (const std::string& name : names_of(option)) {
      lines += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
    }
    if (!option.value.empty() && !option.value.starts_with('[')) lines += option.value == "FILE" ? " -r -F" : " -x";
    lines += fmt::format(" -d \"{}\"\n", sentence(option.help));
  }
  const auto file = house / "docker" / "packaging" / "completion" / "connector.fish";
  expect_file(file, with_lines(text_of(file), "options", lines));
}

/// The cells of a table's rows in a document.
std::vector<std::vector<std::string>> rows_of(const std::string& text) {
  std::vector<std::vector<std::string>> rows;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("| ")) continue;
    std::vector<std::string> cells;
    std::string_view rest = std::string_view(line).substr(2, line.size() - 4);
    for (std::size_t end = 0; end != std::string_view::npos; rest.remove_prefix(std::min(end + 3, rest.size()))) {
      end = rest.find(" | ");
      cells.emplace_back(rest.substr(0, end));
      if (end == std::string_view::npos) break;
    }
    rows.push_back(cells);
  }
  return rows;
}

TEST(HouseManual, DependenciesAreThoseOfTheProgramWithTheirLicenses) {
  std::vector<std::string> documented;
  for (const std::vector<std::string>& cells : rows_of(text_of(house / "docs" / "dependencies.md"))) {
    ASSERT_EQ(cells.size(), 4U) << cells.front();
    if (cells[2] != "`tests`" && cells[0] != "library" && cells[0] != "---") {
      documented.push_back(cells[0] + ": " + cells[1]);
    }
  }
  std::vector<std::string> printed;
  for (const Library& library : libraries()) {
    printed.push_back(fmt::format("{}: {}", library.name, library.license));
    EXPECT_FALSE(library.version.empty()) << library.name;
  }
  EXPECT_EQ(documented, printed);
}

}  // namespace connector::house_manual_test
