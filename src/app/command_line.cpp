#include "app/command_line.h"

#include <algorithm>

namespace connector {
namespace {

constexpr std::int64_t max_workers = 256;
constexpr std::int64_t max_parallel = 64;
constexpr std::int64_t max_port = 65535;

void set_workers(CommandLine& line, std::int64_t number) {
  line.workers = static_cast<unsigned>(std::clamp<std::int64_t>(number, 1, max_workers));
}

void set_parallel(CommandLine& line, std::int64_t number) {
  line.parallel = static_cast<unsigned>(std::clamp<std::int64_t>(number, 1, max_parallel));
}

void set_singleton(CommandLine& line, std::int64_t number) {
  line.singleton = number != 0;
}

/// Too large a number stays one that no port has.
void set_port(CommandLine& line, std::int64_t number) {
  line.port = static_cast<int>(std::min<std::int64_t>(number, max_port + 1));
}

void set_record_count(CommandLine& line, std::int64_t number) {
  line.record_count = static_cast<std::size_t>(number);
}

void set_last(CommandLine& line, std::int64_t number) {
  line.last = static_cast<std::size_t>(number);
}

}  // namespace

std::span<const Option> options() {
  using Line = CommandLine;
  static const std::vector<Option> rows = {
      {"--ini", "FILE", "the configuration file (config.ini)", &Line::ini, true},
      {"--env-file", "FILE", "a file of environment variables that configures instead", &Line::env_file, true},
      {"--logging-config", "FILE", "how to log (logging.json)", &Line::logging_config, true},
      {"--log-format", "text|json", "whether each line of the log is text or a JSON object (text)", &Line::log_format,
       true},
      {"--state-dir", "FOLDER", "directory for persistent state ($STATE_DIRECTORY, else the working folder)",
       &Line::state_dir, true},
      {"--record-count", "N", "pull at most N records for each section; 0: all", set_record_count},
      {"--workers", "N", "how many payloads may be under way at once (2)", set_workers},
      {"--parallel", "N", "how many sections may run at the same time (1: in the order in which they are named)",
       set_parallel},
      {"--shard", "K/N", "of the records only part K of N, by what sync_field holds: 2/5", &Line::shard},
      {"--singleton", "0|1", "whether a section that another process is running is left to it (1)", set_singleton},
      {"--host", "ADDRESS", "the address to listen on (127.0.0.1)", &Line::host},
      {"--port", "N", "the port to listen on; 0 takes a free one (8000)", set_port},
      {"--listen", "HOST:PORT", "answer GET /health and /metrics there (without it no port is opened)", &Line::listen},
      {"--testmode", "", "print payloads instead of sending them; pull ten records unless --record-count says more",
       &Line::testmode},
      {"--save-data,--save_data", "", "keep pulled records and payloads in ./save_data", &Line::save_data},
      {"--show-mappings", "", "print the merged mappings and end", &Line::show_mappings},
      {"--ignore-cloud-maintenance", "", "go on while Oomnitza is away", &Line::ignore_cloud_maintenance},
      {"--connector", "NAME", "whose secret it is: the section's name, or its vault_alias", &Line::connector},
      {"--key", "KEY", "the setting that the secret is for", &Line::key},
      {"--value", "[TEXT]", "ignored: the secret is asked for, or read from standard input", &Line::value},
      {"--delete", "", "remove the secret instead", &Line::remove},
      {"--list", "", "print the names that have secrets instead: all, or those of --connector", &Line::list},
      {"--json", "", "print the version with build, features and libraries as a JSON object", &Line::json},
      {"--licenses", "", "print the libraries with their licenses", &Line::licenses},
      {"--last", "N", "how many runs are shown, the newest (20)", set_last},
      {"--format", "text|json", "whether runs are shown as a table or as a JSON object a line (text)", &Line::format},
      {"--no-retry", "", "fail at the first fault of a request instead of repeating it", &Line::no_retry, true},
      {"--no-progress", "", "show no progress", &Line::no_progress, true},
      {"-q,--quiet", "", "show warnings and errors only", &Line::quiet, true},
      {"-v,--verbose", "", "show every request", &Line::verbose, true},
      {"-h,--help", "", "show what an action takes, or all of it", &Line::help, true},
      {"-V,--version", "", "print the version", &Line::version, true},
  };
  return rows;
}

}  // namespace connector
