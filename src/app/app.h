#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "app/command_line.h"
#include "app/paths.h"
#include "config/settings.h"
#include "config/source.h"
#include "connector/connector.h"
#include "connector/plugins.h"
#include "convert/converters.h"
#include "log/logging.h"
#include "metrics/metrics.h"
#include "oomnitza/oomnitza.h"
#include "platform/stop_signals.h"
#include "python/inline_code.h"
#include "schedule/shutdown_deadline.h"
#include "secrets/store.h"
#include "state/history.h"

namespace connector {

/// What a command works with. Made in steps, as far as the command needs it: see Needs in commands/command.h.
class App {
 public:
  /// Turns signals into stop requests: to be made before any thread. stdout_is_result: log lines go to standard error.
  /// Throws ConfigError for a logging configuration that cannot be used.
  App(const CommandLine& line, const Paths& paths, const Plugins& plugins, bool stdout_is_result);

  /// Reads the configuration and makes the cloud's client (not logged in). What is wrong with [oomnitza] is added to
  /// `problems`; a configuration that cannot be read at all throws ConfigError.
  void read_configuration();

  /// Logs what runs with what: the first line of a run.
  void introduce() const;

  /// From now on SIGHUP means that log files were rotated, and no longer that the program is to stop.
  void reopen_logs_on_hangup();

  /// From now on stop() is requested `patience` after shutdown begins. To be called before all else.
  void work_on_after_stop(std::chrono::milliseconds patience);

  const CommandLine& line;
  const Paths& paths;
  const Plugins& plugins;
  Problems problems;  ///< found so far; throw_problems() ends the command when there are any

  /// Requested when shutdown begins.
  std::stop_token told_to_stop() const { return signals_.token(); }
  /// Requested when work under way is to end: at once, or later where a command finishes work after shutdown begins.
  std::stop_token stop() const { return late_stop_ ? late_stop_->get_token() : told_to_stop(); }
  /// How requests are repeated.
  Timing timing() const;
  const Logging& logging() const { return logging_; }
  /// How often the progress of a sync is shown; 0: never.
  std::chrono::milliseconds progress_interval() const;
  /// A log that names the section in each line.
  Log section_log(const Section& section, const Plugin& plugin) const;
  const Log& log() const { return log_; }
  const Configuration& configuration() const { return *configuration_; }
  const CloudSettings& cloud_settings() const { return cloud_settings_; }
  /// Bytes of payloads that Oomnitza did not take and that are kept, for each section.
  std::uintmax_t undelivered_room() const { return static_cast<std::uintmax_t>(cloud_settings_.undelivered_mib) << 20; }
  Oomnitza& cloud() { return *cloud_; }
  /// Of the state folder; nothing (nullptr) in test mode.
  History* history() { return history_.get(); }
  /// From now on runs and requests are counted. To be called before sections are made and the cloud is asked.
  void keep_metrics();
  /// Nothing (nullptr) when nobody wants them.
  Metrics* metrics() { return metrics_.get(); }
  /// Counts requests where metrics are kept.
  RequestObserver request_observer() const;
  /// The section is in the metrics from now on, with its last success, as far as that is known.
  void expect_runs_of(const std::string& section);
  const BuiltInConverters& built_in_converters() const { return *built_in_; }

  /// The configuration as it is now. Throws ConfigError. Safe to use from several threads.
  std::shared_ptr<const Configuration> current_configuration() { return current_.get(); }
  /// From the secret stores. To be called while this lives.
  FetchSecrets fetch_secrets() const;
  /// From now on the tokens are renewed by which stores are asked for secrets of integrations: they may be asked again
  /// in hours.
  void keep_stores_open();
  /// For settings of the configuration.
  SettingsContext settings_context() const;
  void throw_problems() const;

  /// Python code that can use the built-in converters. time_limit: see InlineCode. Throws ConfigError.
  std::unique_ptr<InlineCode> make_inline_code(
      const Log& log, std::optional<std::chrono::milliseconds> time_limit = std::nullopt) const;
  /// The same with the converters of the section [converters]; what is wrong with them is added to found.
  std::unique_ptr<InlineCode> compile_converters(const Log& log, std::optional<std::chrono::milliseconds> time_limit,
                                                 Problems& found) const;

 private:
  SecretTools secret_tools(const Log& log) const;

  StopSignals signals_;
  std::optional<std::stop_source> late_stop_;
  std::optional<schedule::ShutdownDeadline> deadline_;
  const Logging logging_;
  const Log log_;
  CurrentConfiguration current_;
  std::shared_ptr<const Configuration> configuration_;
  CloudSettings cloud_settings_;
  std::unique_ptr<Oomnitza> cloud_;
  std::unique_ptr<History> history_;
  std::unique_ptr<Metrics> metrics_;
  std::unique_ptr<BuiltInConverters> built_in_;
  std::unique_ptr<Renewals> renewals_;  ///< nothing: no token is renewed
};

}  // namespace connector
