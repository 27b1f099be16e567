#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "commands/command.h"
#include "config/settings.h"
#include "config/source.h"
#include "convert/converters.h"
#include "oomnitza/oomnitza.h"
#include "python/inline_code.h"
#include "sync/sync.h"

namespace connector {

/// Runs a mode's body with signals turned into stop requests and with the program's loggers. Configuration errors and a
/// refused log-in are logged, and give the exit code for "nothing ran".
int run_logged(const Invocation& invocation, bool stdout_is_result,
               const std::function<int(const Logging&, const std::stop_token&)>& body);

/// The configuration and the cloud's client that it describes (not logged in).
struct CloudAccess {
  /// Problems of [oomnitza] go to `complaints`; the configuration as a whole throws ConfigError.
  CloudAccess(const Invocation& invocation, const Logging& logging, const std::stop_token& stop,
              std::vector<std::string>& complaints);

  Configuration configuration;
  CloudSettings settings;
  std::unique_ptr<Oomnitza> cloud;
};

/// The converters of a configuration, for modes that compile record filters as they come.
class CustomCode {
 public:
  /// Compiles [converters] once to find its errors. Throws ConfigError.
  CustomCode(const CloudAccess& access, const Logging& logging, const std::stop_token& stop);

  /// The converters, compiled for code that is added to them.
  std::unique_ptr<InlineCode> compile(const Log& log) const;

 private:
  std::vector<Entry> converters_;
  BuiltInConverters built_in_;
};

/// A section that can run, and what its mapping is merged from.
struct ReadySection {
  ConnectorSection section;
  const InlineCode::Function* record_filter = nullptr;
  std::optional<Json> mapping;  ///< merged, once that was possible
};

/// All that the modes that run sections need: the configuration read and checked, the cloud's client (not logged in),
/// the sections and the code of the configuration. Making it asks nothing of any network but the secret stores.
class Setup {
 public:
  /// Throws ConfigError with every complaint about the named sections.
  Setup(const Invocation& invocation, const Logging& logging, const std::stop_token& stop);

  Oomnitza& cloud() { return *access_.cloud; }
  const CloudSettings& cloud_settings() const { return access_.settings; }
  std::vector<ReadySection>& sections() { return sections_; }
  /// Whether all named sections can run.
  bool all_named_can_run() const { return all_named_can_run_; }
  const BuiltInConverters& built_in_converters() const { return *built_in_; }

  /// Merges the section's mapping: asks the cloud unless use_server_map is false. Throws SourceError, HttpError,
  /// ConfigError for fields without source.
  const Json& mapping(ReadySection& ready) const;

  /// What happens to the section's records. Throws ConfigError for a converter that is not there.
  Processing processing(ReadySection& ready) const;

 private:
  void choose_sections(const Invocation& invocation);
  void compile_code();
  void check_mapping(const ConnectorSection& section);
  void set_tools(Connector& connector, const Plugin& plugin, const Invocation& invocation, const Logging& logging,
                 const std::stop_token& stop) const;

  Log log_;
  std::vector<std::string> complaints_;
  CloudAccess access_;
  std::unique_ptr<BuiltInConverters> built_in_;
  std::unique_ptr<InlineCode> inline_code_;  ///< nothing when the configuration holds no code
  std::vector<ReadySection> sections_;
  bool all_named_can_run_ = true;
};

}  // namespace connector
