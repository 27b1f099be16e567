#include "config/sample.h"

#include <functional>
#include <system_error>
#include <vector>

#include "config/environment.h"
#include "config/settings.h"
#include "connector/error.h"
#include "platform/files.h"
#include "platform/path.h"

namespace connector {
namespace {

constexpr const char* cloud_section = "oomnitza";
constexpr const char* managed_section = "managed";
constexpr const char* managed_id = "xxx";

// On one line, with a space behind commas and colons.
std::string one_line(const Json& value) {
  std::string line;
  bool at_start = false;  // of a line of the indented text; strings hold no line feed of their own
  for (const char character : to_text(value, 1)) {
    if (character == '\n') {
      if (line.ends_with(',')) line += ' ';
      at_start = true;
    } else if (!at_start || character != ' ') {
      line += character;
      at_start = false;
    }
  }
  return line;
}

std::string shown(const Json& default_value) {
  return default_value.is_string() ? default_value.get<std::string>() : one_line(default_value);
}

std::string sample_value(const Setting& setting) {
  if (setting.text.example) return *setting.text.example;
  return setting.text.default_value ? shown(*setting.text.default_value) : std::string();
}

// Everything that a sample shows of one section.
struct SampleSection {
  std::string name;
  std::string prefix;  // of its variables
  const std::vector<Setting>& settings;
};

std::vector<SampleSection> sample_sections(std::span<const Plugin> plugins) {
  std::vector<SampleSection> sections = {
      {cloud_section, "OOMNITZA", cloud_settings()},
      {std::string(managed_section) + "." + managed_id, "MANAGED", managed_settings()},
  };
  for (const Plugin& plugin : plugins) {
    sections.push_back({plugin.section, environment_prefix(plugin), plugin.settings});
  }
  return sections;
}

// Each section: its head, a line for "enable", one for each setting, an empty one.
using Head = std::function<std::string(const SampleSection&)>;
using Line = std::function<std::string(const SampleSection&, const std::string& setting, const std::string& value)>;

std::string sample(std::span<const Plugin> plugins, const Head& head, const Line& line) {
  std::string text;
  for (const SampleSection& section : sample_sections(plugins)) {
    text += head(section);
    if (section.name != cloud_section) text += line(section, "enable", "False");
    for (const Setting& setting : section.settings) {
      if (setting.text.in_sample) text += line(section, setting.name, sample_value(setting));
    }
    text += "\n";
  }
  return text;
}

// A cell of a Markdown table.
std::string cell(const std::string& text) {
  std::string escaped;
  for (const char character : text) {
    if (character == '|') escaped += '\\';
    escaped += character == '\n' ? ' ' : character;
  }
  return escaped;
}

std::string code(const std::string& text) {
  return "`" + text + "`";
}

std::string default_cell(const Setting& setting) {
  const std::string text = setting.text.default_value ? shown(*setting.text.default_value) : std::string();
  return text.empty() ? std::string() : code(cell(text));
}

std::string meaning_cell(const Setting& setting) {
  std::string text = cell(setting.text.help);
  for (std::size_t i = 0; i < setting.text.choices.size(); ++i) {
    text += (i == 0 ? " One of " : ", ") + code(cell(setting.text.choices[i]));
  }
  return setting.text.choices.empty() ? text : text + ".";
}

/// The first of f.bak, f.bak.1, f.bak.2 … that is free.
std::filesystem::path backup_name(const std::filesystem::path& file) {
  std::filesystem::path backup = file;
  backup += ".bak";
  const std::filesystem::path first = backup;
  for (int number = 1; std::filesystem::exists(backup); ++number) {
    backup = first;
    backup += "." + std::to_string(number);
  }
  return backup;
}

std::optional<std::filesystem::path> keep_old_file(const std::filesystem::path& file) {
  if (!std::filesystem::exists(file)) return std::nullopt;
  if (!std::filesystem::is_regular_file(file)) {
    throw ConfigError(shown_path(file) + ": exists and is not a file: remove it, or name another file with --ini");
  }
  std::filesystem::path backup = backup_name(file);
  std::filesystem::rename(file, backup);
  return backup;
}

}  // namespace

std::string sample_ini(std::span<const Plugin> plugins) {
  return sample(
      plugins, [](const SampleSection& section) { return "[" + section.name + "]\n"; },
      [](const SampleSection&, const std::string& setting, const std::string& value) {
        return setting + (value.empty() ? " =" : " = " + value) + "\n";
      });
}

std::string sample_env(std::span<const Plugin> plugins) {
  return sample(
      plugins,
      [](const SampleSection& section) {
        const bool managed = section.prefix == "MANAGED";
        return "# [" + section.name + "]\n" + (managed ? std::string("MANAGED_ID=") + managed_id + "\n" : "");
      },
      [](const SampleSection& section, const std::string& setting, const std::string& value) {
        return variable_name(section.prefix, setting) + "=" + value + "\n";
      });
}

std::string settings_table(const Plugin& plugin) {
  std::string table = "| setting | default | required | meaning |\n| --- | --- | --- | --- |\n";
  for (const Setting& setting : plugin.settings) {
    table += "| " + code(setting.name) + " | " + default_cell(setting) + " | " + (setting.required() ? "yes" : "no") +
             " | " + meaning_cell(setting) + " |\n";
  }
  return table;
}

std::optional<std::filesystem::path> write_sample_ini(std::span<const Plugin> plugins,
                                                      const std::filesystem::path& file) {
  try {
    std::optional<std::filesystem::path> backup = keep_old_file(file);
    write_file_atomically(file, sample_ini(plugins));
    return backup;
  } catch (const std::system_error& error) {
    throw ConfigError(shown_path(file) + ": the file cannot be written: " + error.code().message());
  }
}

}  // namespace connector
