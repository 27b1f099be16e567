#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/app.h"
#include "config/settings.h"
#include "mapping/field_mapping.h"
#include "mapping/mapping.h"

namespace connector {

/// A section that can run: its connector is filled and has its tools.
struct ReadySection {
  ConnectorSection section;
  RecordFilter filter;
  bool needs_cloud_mapping = false;    ///< fields without a source: only the cloud can name one
  std::optional<Json> specifications;  ///< the merged mapping, once it was asked for
};

/// The sections that a command names, checked together with their Python code. Asks nothing of any network but the
/// secret stores.
class Sections {
 public:
  /// names: none for every enabled one. What is wrong is added to problems; sections that cannot run are logged.
  Sections(App& app, const std::vector<std::string>& names, Problems& problems);

  std::vector<ReadySection>& ready() { return ready_; }
  /// Whether all named sections can run.
  bool all_can_run() const { return all_can_run_; }

  /// Merges the section's mapping with the cloud's, which is asked for unless use_server_map is false. Throws
  /// SourceError, HttpError; ConfigError for fields that nothing fills.
  Json merged_mapping(const ReadySection& ready) const;

  /// The mapping, ready to map. The connector learns what is read. faults: of records. Throws ConfigError for an
  /// unknown converter.
  std::unique_ptr<FieldMapping> make_mapping(ReadySection& ready, const Json& specifications,
                                             const Faults& faults) const;

 private:
  void add(const std::string& name);
  const Plugin* plugin_that_can_run(const Section* section, const std::string& name);
  void compile_code();
  void check_mapping(ReadySection& ready);
  void set_tools(ReadySection& ready) const;
  void tell_what_is_read(ReadySection& ready, const std::vector<FieldSpec>& specs) const;
  void tell_what_is_expected(Connector& connector, std::vector<FieldSpec>& specs) const;
  Converters converters() const { return {app_.built_in_converters(), inline_code_.get()}; }

  App& app_;
  Problems& problems_;                       ///< used while this is made
  std::unique_ptr<InlineCode> inline_code_;  ///< nothing when the configuration holds no code
  std::vector<ReadySection> ready_;
  bool all_can_run_ = true;
};

}  // namespace connector
