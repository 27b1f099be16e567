#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>

#include "cli.h"
#include "config/settings.h"
#include "config/source.h"
#include "connector/connector.h"
#include "log/logging.h"
#include "oomnitza/oomnitza.h"
#include "python/inline_code.h"
#include "python/templates.h"
#include "schedule/open_portions.h"

namespace connector::integration {

/// What all syncs share. Everything outlives them.
struct SyncContext {
  const CommandLine& line;
  std::span<const Plugin> plugins;
  const Logging& logging;
  const Oomnitza& cloud;  ///< logged in with the token of [oomnitza]
  std::size_t batch_size = 100;
  Templates& templates;
  OpenPortions& open_portions;
  std::function<Configuration()> read_configuration;  ///< anew for each sync. Throws ConfigError
  FetchSecrets fetch_secrets;
  /// The converters of the configuration, for a sync's record filter.
  std::function<std::unique_ptr<InlineCode>(const Log&)> make_inline_code;
};

/// One sync from reading its section to what Oomnitza is told at the end. configuration: as the cloud sent it. Whatever
/// goes wrong is told to Oomnitza and stands in the log; nothing is thrown.
void run_sync(const Json& configuration, const SyncContext& context, const std::stop_token& stop) noexcept;

}  // namespace connector::integration
