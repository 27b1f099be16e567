// inih cuts lines at 200 characters and names at 50, and judges comments, brackets and indented lines by rules of its
// own. So names and values travel beside it: our reader judges each line of the file by the dialect's rules and hands
// inih one short line for it, which names what it stands for by number:
//
//   [netbox]                [0]      section 0
//   url = https://netbox    key=0    setting 0
//   auth_token = secret     key=1    setting 1
//     more of it                     a continuation: already appended to setting 1
//   nonsense                ?        inih reports the line's number
//
// inih tells which setting stands in which section, and the number of the first line that makes no sense.
#include "config/ini.h"

#include <ini.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "config/configuration_file.h"
#include "connector/error.h"
#include "platform/path.h"
#include "text/text.h"
#include "text/utf8.h"

namespace connector {
namespace {

std::string place(const std::string& file, std::size_t line) {
  return file + ":" + std::to_string(line);
}

bool is_comment(std::string_view line) {
  if (line.front() == '#' || line.front() == ';') return true;
  return lower_case(line.substr(0, 3)) == "rem" && (line.size() == 3 || leading_space(line.substr(3)) > 0);
}

/// In characters: a tab is one.
std::size_t indentation(std::string_view line) {
  std::size_t count = 0;
  for (; const std::size_t bytes = leading_space(line); ++count) line.remove_prefix(bytes);
  return count;
}

/// White space within a key is a blank, of whatever script it is.
std::string key_text(std::string_view text) {
  std::string key;
  for (text = without_blanks(text); !text.empty();) {
    const std::size_t space = leading_space(text);
    key += space > 0 ? ' ' : text.front();
    text.remove_prefix(std::max<std::size_t>(space, 1));
  }
  return lower_case(key);
}

// What is left of the text behind the separator.
std::string setting_value(std::string_view text) {
  text = without_blanks(text);
  const std::size_t semicolon = text.find(';');
  const bool comment = semicolon != std::string_view::npos && trailing_space(text.substr(0, semicolon)) > 0;
  if (comment) text = without_blanks(text.substr(0, semicolon));
  return text == "\"\"" ? std::string() : std::string(text);
}

class IniReader {
 public:
  IniReader(std::string_view text, std::string file) : rest_(text), file_(std::move(file)) {}

  // Every section once, every key of it once. Throws ConfigError.
  std::vector<Section> read() {
    const int wrong_line = ini_parse_stream(&next_line, this, &place_setting, this);
    if (wrong_line > 0) throw ConfigError(place(file_, static_cast<std::size_t>(wrong_line)) + ": " + problem_);
    if (wrong_line < 0) throw ConfigError(file_ + ": not enough memory to read it");
    return assembled();
  }

 private:
  struct Placed {
    std::size_t section;
    std::size_t setting;
  };

  // inih asks for the next line, as fgets would give it.
  static char* next_line(char* buffer, int size, void* self) {
    IniReader& reader = *static_cast<IniReader*>(self);
    if (reader.rest_.empty()) return nullptr;
    const std::string line = reader.shorthand(reader.take_line());
    buffer[line.copy(buffer, static_cast<std::size_t>(size) - 1)] = '\0';
    return buffer;
  }

  // inih has found a setting. 0: it is wrong where it stands.
  static int place_setting(void* self, const char* section, const char* /*key*/, const char* value) {
    IniReader& reader = *static_cast<IniReader*>(self);
    if (*section == '\0') {
      reader.wrong("a setting before the first section: put a line like [oomnitza] above it");
      return 0;
    }
    reader.placed_.push_back({std::stoul(section), std::stoul(value)});
    return 1;
  }

  std::string_view take_line() {
    const std::size_t end = rest_.find('\n');
    std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
    ++line_number_;
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
  }

  std::string shorthand(std::string_view line) {
    const std::string_view content = without_blanks(line);
    if (content.empty() || is_comment(line)) return "";
    const std::size_t indent = indentation(line);
    if (key_indent_ && !settings_.empty() && indent > *key_indent_) {
      settings_.back().value.append("\n").append(line);
      return "";
    }
    if (content.front() == '#' || content.front() == ';') return "";
    if (content.front() == '[') return section(content);
    key_indent_ = indent;
    return setting(content);
  }

  std::string section(std::string_view line) {
    key_indent_.reset();
    const std::size_t bracket = line.rfind(']');
    const std::string_view name = bracket == std::string_view::npos ? "" : without_blanks(line.substr(1, bracket - 1));
    if (name.empty()) return wrong("a section needs a name between brackets, like [netbox]");
    const auto [known, is_new] = section_numbers_.emplace(name, sections_.size());
    if (is_new) sections_.push_back({.name = std::string(name), .origin = place(file_, line_number_)});
    return "[" + std::to_string(known->second) + "]";
  }

  std::string setting(std::string_view line) {
    const std::size_t separator = line.find_first_of("=:");
    const std::string key = key_text(line.substr(0, separator));
    if (separator == std::string_view::npos || key.empty()) {
      return wrong("the line is neither a comment, nor a section like [netbox], nor a setting like key = value");
    }
    settings_.push_back(
        {.key = key, .value = setting_value(line.substr(separator + 1)), .origin = place(file_, line_number_)});
    return "key=" + std::to_string(settings_.size() - 1);
  }

  // A line that inih refuses. The first problem is the one that inih gives the number of.
  std::string wrong(const char* problem) {
    if (problem_.empty()) problem_ = problem;
    return "?";
  }

  // Of a key given twice the last setting counts, in the first one's place.
  std::vector<Section> assembled() {
    std::vector<std::unordered_map<std::string, std::size_t>> positions(sections_.size());
    for (const Placed& placed : placed_) {
      Entry& setting = settings_[placed.setting];
      std::vector<Entry>& entries = sections_[placed.section].entries;
      const auto [known, is_new] = positions[placed.section].emplace(setting.key, entries.size());
      if (is_new) {
        entries.push_back(std::move(setting));
      } else {
        entries[known->second] = std::move(setting);
      }
    }
    return std::move(sections_);
  }

  std::string_view rest_;
  std::string file_;
  std::size_t line_number_ = 0;
  std::optional<std::size_t> key_indent_;  // of the section's last setting: what is indented deeper continues it
  std::string problem_;
  std::vector<Section> sections_;  // without entries until they are assembled
  std::unordered_map<std::string, std::size_t> section_numbers_;
  std::vector<Entry> settings_;
  std::vector<Placed> placed_;
};

// Moves the settings of [DEFAULT] into the sections that do not set them themselves.
void spread_defaults(std::vector<Section>& sections) {
  const auto found =
      std::find_if(sections.begin(), sections.end(), [](const Section& section) { return section.name == "DEFAULT"; });
  if (found == sections.end()) return;
  const std::vector<Entry> defaults = std::move(found->entries);
  sections.erase(found);
  for (Section& section : sections) {
    if (section.name == "converters") continue;
    std::unordered_set<std::string> own;
    for (const Entry& entry : section.entries) own.insert(entry.key);
    for (const Entry& entry : defaults) {
      if (!own.contains(entry.key)) section.entries.push_back(entry);
    }
  }
}

}  // namespace

std::vector<Section> parse_ini(const std::string& text, const std::string& name) {
  check_utf8(text, name);
  std::vector<Section> sections = IniReader(without_byte_order_mark(text), name).read();
  spread_defaults(sections);
  return sections;
}

std::vector<Section> read_ini(const std::filesystem::path& file) {
  return parse_ini(configuration_text(file), shown_path(file));
}

}  // namespace connector
