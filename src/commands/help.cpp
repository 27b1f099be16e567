#include "commands/help.h"

#include <fmt/format.h>

#include <algorithm>

namespace connector {
namespace {

constexpr std::size_t columns = 80;

/// A term, and what it means beside it from a column on, on as many lines as that takes.
std::string entry(std::string_view term, std::string_view meaning, std::size_t column) {
  std::string text = fmt::format("  {:<{}}", term, column - 2);
  for (std::size_t used = column; !meaning.empty();) {
    const std::string_view word = meaning.substr(0, meaning.find(' '));
    meaning.remove_prefix(std::min(word.size() + 1, meaning.size()));
    if (used + word.size() > columns) {
      text.back() = '\n';
      text.append(column, ' ');
      used = column;
    }
    text.append(word).push_back(' ');
    used += word.size() + 1;
  }
  text.back() = '\n';
  return text;
}

/// "-h, --help", "    --ini FILE"; of several long names the first.
std::string written(const Option& option) {
  const bool has_letter = !option.names.starts_with("--");
  const std::string_view name = has_letter ? option.names.substr(3) : option.names;
  const std::string letter = has_letter ? std::string(option.names.substr(0, 2)) + ", " : std::string(4, ' ');
  const std::string value = option.value.empty() ? "" : " " + std::string(option.value);
  return letter + std::string(name.substr(0, name.find(','))) + value;
}

template <class Wanted>
std::string option_entries(Wanted wanted) {
  std::size_t widest = 0;
  for (const Option& option : options()) {
    if (wanted(option)) widest = std::max(widest, written(option).size());
  }
  std::string text = "\nOptions:\n";
  for (const Option& option : options()) {
    if (wanted(option)) text += entry(written(option), option.help, widest + 4);
  }
  return text;
}

std::string sentence(std::string_view text) {
  std::string result = entry("", text, 2).substr(2);
  result.front() = static_cast<char>(result.front() - 'a' + 'A');
  result.insert(result.size() - 1, ".");
  return result;
}

}  // namespace

std::string help(std::span<const Command> commands) {
  std::string text =
      "Brings assets and people from your systems into Oomnitza.\n\n"
      "Usage: connector [OPTION...] [ACTION] [WORD...]\n\nActions:\n";
  for (const Command& command : commands) text += entry(command.name, command.sentence, 16);
  text += option_entries([](const Option&) { return true; });
  return text + "\nconnector ACTION --help shows what an action takes.\n";
}

std::string help(const Command& command) {
  const std::string words = command.words.empty() ? "" : " " + std::string(command.words);
  const auto means_something = [&](const Option& option) {
    const auto is_named = [&](std::string_view name) { return option.names.substr(0, option.names.find(',')) == name; };
    return std::any_of(command.options.begin(), command.options.end(), is_named) || option.names == "-h,--help" ||
           (option.general && option.names != "-V,--version" && command.needs != Needs::nothing);
  };
  return fmt::format("Usage: connector [OPTION...] {}{}\n\n{}{}", command.name, words, sentence(command.sentence),
                     option_entries(means_something));
}

}  // namespace connector
