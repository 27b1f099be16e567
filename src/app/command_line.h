#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace connector {

/// The command line.
struct CommandLine {
  std::string action;                 ///< the first word; empty when there is none
  std::vector<std::string> sections;  ///< the further words, each once, without "ini_only"
  bool ini_only = false;

  std::optional<std::filesystem::path> ini;
  std::optional<std::filesystem::path> env_file;
  std::optional<std::filesystem::path> logging_config;
  std::optional<std::filesystem::path> state_dir;
  std::optional<std::size_t> record_count;  ///< nothing: all, ten in test mode; 0: all
  unsigned workers = 2;                     ///< at least 1
  unsigned parallel = 1;                    ///< sections that run at the same time; at least 1
  std::optional<std::string> shard;         ///< "2/5": the part of the records that is wanted
  bool singleton = true;                    ///< whether a section that another process runs is left to it
  bool testmode = false;
  bool save_data = false;
  bool show_mappings = false;
  bool ignore_cloud_maintenance = false;
  bool no_retry = false;
  bool no_progress = false;
  bool quiet = false;
  bool verbose = false;
  std::string log_format = "text";
  std::string format = "text";           ///< runs: of what it prints
  std::size_t last = 20;                 ///< runs: how many it shows
  std::optional<std::string> host;       ///< server: the address to listen on; nothing: the loopback interface
  int port = 8000;                       ///< server; 0: a free one
  std::optional<std::string> listen;     ///< managed: HOST:PORT for /health and /metrics; nothing: no port is opened
  std::optional<std::string> connector;  ///< strongbox: the name of an entry, a section's or an alias
  std::optional<std::string> key;        ///< strongbox: the key of an entry
  std::optional<std::string> value;      ///< strongbox: ignored
  bool remove = false;
  bool list = false;
  bool json = false;      ///< version: as a JSON object
  bool licenses = false;  ///< version: those of the libraries
  bool help = false;
  bool version = false;
};

/// How an option is written and what it sets: a switch, a file, one of some words, or a number that a function takes.
struct Option {
  std::string_view names;  ///< separated by commas; help shows the first long one and a letter before it
  /// What help calls the value: "FILE", "text|json", "[TEXT]" where there need not be one; empty for a switch.
  std::string_view value;
  std::string_view help;
  std::variant<bool CommandLine::*, std::optional<std::filesystem::path> CommandLine::*, std::string CommandLine::*,
               std::optional<std::string> CommandLine::*, void (*)(CommandLine&, std::int64_t)>
      target;
  bool general = false;  ///< means something for every action that reads a configuration
};

/// Every option, in the order in which help shows them.
std::span<const Option> options();

/// The command line cannot be used: what() says why on one line, and where to read how it is used.
class UsageError : public std::runtime_error {
 public:
  explicit UsageError(const std::string& problem) : std::runtime_error(problem + " (see connector --help)") {}
};

}  // namespace connector
