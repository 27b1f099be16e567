// Reads the sources as text: who includes whom, and who knows the operating system or a library.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace connector::house_rooms_test {

namespace fs = std::filesystem;

using testing::ElementsAre;
using testing::Eq;
using testing::IsEmpty;

using Findings = std::set<std::string>;

// What is still to be removed. A line that is not needed any more is a failure, too.
const Findings known_system_uses = {};
const Findings known_upward_includes = {};
const Findings known_path_texts = {};

/// From the top down; a room includes itself and what stands below it.
constexpr std::array<std::string_view, 21> rooms = {
    "cli",    "commands", "app",      "server", "schedule", "integration", "export_files",
    "sync",   "mapping",  "oomnitza", "python", "convert",  "sources",     "http",
    "config", "secrets",  "metrics",  "state",  "log",      "text",        "platform"};

struct Library {
  std::string_view header;  ///< a header, or a folder of headers with its slash
  std::string_view place;   ///< what the path of a file begins with that may include it
};
constexpr std::array libraries = {
    Library{"curl/", "src/http/"},    Library{"pybind11/", "src/python/"},   Library{"Python.h", "src/python/"},
    Library{"ini.h", "src/config/"},  Library{"libsecret/", "src/secrets/"}, Library{"sqlite3.h", "src/state/"},
    Library{"spdlog/", "src/log/"},   Library{"CLI/", "src/cli.cpp"},        Library{"expat.h", "src/text/"},
    Library{"zlib.h", "src/http/"},   Library{"iconv.h", "src/text/"},       Library{"idn2.h", "src/http/"},
    Library{"boost/", "src/server/"}, Library{"regex", "nowhere"},  // std::regex descends once a character: a long text
                                                                    // ends the process
};

const std::vector<std::string_view> system_headers = {
    "unistd.h",  "fcntl.h",    "poll.h",     "signal.h", "csignal",  "malloc.h", "dlfcn.h", "pthread.h",
    "termios.h", "strings.h",  "spawn.h",    "sched.h",  "dirent.h", "syslog.h", "pwd.h",   "grp.h",
    "glob.h",    "netdb.h",    "ifaddrs.h",  "sys/",     "netinet/", "net/",     "arpa/",   "linux/",
    "windows.h", "winsock2.h", "ws2tcpip.h", "io.h",     "direct.h"};

const std::set<std::string_view> system_words = {"flock",      "openat",      "mkostemp",
                                                 "fsync",      "environ",     "strncasecmp",
                                                 "strcasecmp", "malloc_trim", "malloc_usable_size",
                                                 "SIGRTMAX",   "SIGPIPE",     "sigaction",
                                                 "_exit",      "getpid",      "getenv",
                                                 "setenv",     "setsockopt",  "isatty"};

struct File {
  std::string path;  ///< below the house, with slashes
  std::string text;
};

std::string text_of(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

const std::vector<File>& sources() {
  static const std::vector<File> files = [] {
    const fs::path house = SOURCE_FOLDER;
    std::vector<File> found;
    for (const char* folder : {"src", "include", "connectors"}) {
      for (const auto& entry : fs::recursive_directory_iterator(house / folder)) {
        const fs::path& path = entry.path();
        if (path.extension() != ".h" && path.extension() != ".cpp") continue;
        found.push_back({path.lexically_relative(house).generic_string(), text_of(path)});
      }
    }
    return found;
  }();
  return files;
}

/// What the rule finds in all sources.
template <class Rule>
Findings found(Rule rule) {
  Findings findings;
  for (const File& file : sources()) {
    for (const std::string& finding : rule(file)) findings.insert(file.path + ": " + finding);
  }
  return findings;
}

std::string_view without_leading_blanks(std::string_view line) {
  return line.substr(std::min(line.find_first_not_of(" \t"), line.size()));
}

std::vector<std::string> includes(const File& file) {
  std::vector<std::string> names;
  std::istringstream lines(file.text);
  for (std::string text; std::getline(lines, text);) {
    std::string_view line = without_leading_blanks(text);
    if (!line.starts_with('#')) continue;
    line = without_leading_blanks(line.substr(1));
    const std::size_t begin = line.find_first_of("<\"");
    if (!line.starts_with("include") || begin == std::string_view::npos) continue;
    const std::size_t end = line.find_first_of(">\"", begin + 1);
    names.emplace_back(line.substr(begin + 1, end - begin - 1));
  }
  return names;
}

bool is_word_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

std::vector<std::string_view> words(std::string_view text) {
  std::vector<std::string_view> found;
  while (!text.empty()) {
    const auto* end = std::find_if_not(text.begin(), text.end(), is_word_character);
    const auto length = static_cast<std::size_t>(end - text.begin());
    if (length > 0) found.push_back(text.substr(0, length));
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return found;
}

/// Whether an include is this header, or one of this folder.
bool is_header(std::string_view include, std::string_view header) {
  return header.ends_with('/') ? include.starts_with(header) : include == header;
}

bool is_in(const File& file, std::string_view place) {
  return file.path.starts_with(place);
}

Findings system_uses(const File& file) {
  if (is_in(file, "src/platform/")) return {};
  Findings findings;
  for (const std::string& include : includes(file)) {
    for (const std::string_view header : system_headers) {
      if (is_header(include, header)) findings.insert(include);
    }
  }
  for (const std::string_view word : words(file.text)) {
    if (system_words.contains(word)) findings.emplace(word);
  }
  if (file.text.find("\"/proc") != std::string::npos) findings.insert("/proc");
  return findings;
}

/// Headers that know one operating system are for what is compiled for it alone.
Findings leaked_system_headers(const File& file) {
  const bool is_of_one_system = file.path.ends_with("_posix.cpp") || file.path.ends_with("_posix.h");
  Findings findings;
  for (const std::string& include : includes(file)) {
    if (include.ends_with("_posix.h") && !is_of_one_system) findings.insert(include);
  }
  return findings;
}

std::size_t level(std::string_view room) {
  return static_cast<std::size_t>(std::find(rooms.begin(), rooms.end(), room) - rooms.begin());
}

/// The room of a path below src; empty for what is no room's: version.h, the front door, libraries.
std::string_view room_of(std::string_view path) {
  const std::string_view name = path.substr(0, path.find('/'));
  if (name.starts_with("cli.") || name.starts_with("program.") || name == "main.cpp") return "cli";
  return level(name) < rooms.size() ? name : "";
}

bool may_include(const File& file, std::string_view room) {
  if (is_in(file, "connectors/")) return room == "text" || room == "platform";
  if (!is_in(file, "src/")) return false;
  return level(room) >= level(room_of(std::string_view(file.path).substr(4)));
}

Findings upward_includes(const File& file) {
  Findings findings;
  for (const std::string& include : includes(file)) {
    const std::string_view room = room_of(include);
    if (!room.empty() && !may_include(file, room)) findings.insert(include);
  }
  return findings;
}

Findings libraries_of_others(const File& file) {
  Findings findings;
  for (const std::string& include : includes(file)) {
    for (const Library& library : libraries) {
      if (is_header(include, library.header) && !is_in(file, library.place)) findings.insert(include);
    }
  }
  return findings;
}

/// shown_path() and utf8_path() make a text of a path.
Findings path_texts(const File& file) {
  const bool has_one =
      file.text.find(".string()") != std::string::npos || file.text.find(">string()") != std::string::npos;
  return has_one && !is_in(file, "src/platform/") ? Findings{"string()"} : Findings();
}

TEST(Rooms, AreAllKnown) {
  for (const auto& entry : fs::directory_iterator(fs::path(SOURCE_FOLDER) / "src")) {
    if (entry.is_directory()) {
      EXPECT_LT(level(entry.path().filename().string()), rooms.size()) << entry.path() << " has no place in the order";
    }
  }
}

TEST(Rooms, OnlyPlatformKnowsTheOperatingSystem) {
  EXPECT_THAT(found(system_uses), Eq(known_system_uses));
  EXPECT_THAT(found(leaked_system_headers), IsEmpty());
}

TEST(Rooms, IncludesPointDown) {
  EXPECT_THAT(found(upward_includes), Eq(known_upward_includes));
}

TEST(Rooms, EachLibraryHasOneRoom) {
  EXPECT_THAT(found(libraries_of_others), IsEmpty());
}

TEST(Rooms, PathsBecomeTextInPlatformAlone) {
  EXPECT_THAT(found(path_texts), Eq(known_path_texts));
}

TEST(Rooms, WhatIsForbiddenIsFound) {
  const auto in = [](const char* path, const char* text) { return File{path, text}; };
  EXPECT_THAT(system_uses(in("src/http/a.cpp", "#include <unistd.h>\n  # include <sys/file.h>\n#include <map>")),
              ElementsAre("sys/file.h", "unistd.h"));
  EXPECT_THAT(
      system_uses(in("connectors/a.cpp", "open(\"/proc/self/exe\"); ::_exit(1); std::_Exit(1); member_exit();")),
      ElementsAre("/proc", "_exit"));
  EXPECT_THAT(system_uses(in("src/platform/a_posix.cpp", "#include <unistd.h>\nflock(1, 2)")), IsEmpty());
  EXPECT_THAT(leaked_system_headers(in("src/log/a.cpp", "#include \"platform/descriptor_posix.h\"")),
              ElementsAre("platform/descriptor_posix.h"));
  EXPECT_THAT(upward_includes(in("src/text/a.h", "#include \"config/ini.h\"\n#include \"platform/files.h\"\n")),
              ElementsAre("config/ini.h"));
  EXPECT_THAT(upward_includes(in("src/http/a.cpp", "#include \"cli.h\"\n#include \"version.h\"\n")),
              ElementsAre("cli.h"));
  EXPECT_THAT(upward_includes(in("connectors/x/a.cpp", "#include \"text/text.h\"\n#include \"http/call.h\"\n")),
              ElementsAre("http/call.h"));
  EXPECT_THAT(upward_includes(in("include/connector/a.h", "#include \"text/text.h\"\n")), ElementsAre("text/text.h"));
  EXPECT_THAT(libraries_of_others(in("src/text/a.cpp", "#include <curl/curl.h>\n#include <expat.h>\n")),
              ElementsAre("curl/curl.h"));
  EXPECT_THAT(libraries_of_others(in("connectors/x/a.cpp", "#include <regex>\n")), ElementsAre("regex"));
  EXPECT_THAT(path_texts(in("src/http/a.cpp", "f(file.string(), entry->path().string())")), ElementsAre("string()"));
}

}  // namespace connector::house_rooms_test
