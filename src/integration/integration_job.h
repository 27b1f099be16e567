#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <stop_token>

#include "config/settings.h"
#include "config/source.h"
#include "connector/connector.h"
#include "connector/plugins.h"
#include "http/reach.h"
#include "integration/called_hosts.h"
#include "log/logging.h"
#include "metrics/metrics.h"
#include "oomnitza/oomnitza.h"
#include "python/inline_code.h"
#include "python/templates.h"
#include "state/history.h"
#include "sync/job.h"
#include "sync/open_portions.h"

namespace connector::integration {

/// What the syncs of all integrations share. Everything outlives them.
struct IntegrationContext {
  RunOptions options;               ///< save_folder: above those of the integrations; empty: nothing is saved
  bool testmode = false;            ///< --testmode
  Timing timing = {};               ///< how requests to the source are repeated
  std::filesystem::path save_data;  ///< where custom test runs save what came
  std::filesystem::path reports_folder;
  std::uintmax_t max_report_size;  ///< bytes
  Reach reach = {};                ///< where calls may go, unless the integration's section lists hosts of its own
  const Plugins& plugins;
  const Logging& logging;
  const Oomnitza& cloud;  ///< logged in with the token of [oomnitza]
  WorkerHost& template_workers;
  OpenPortions& open_portions;
  CalledHosts& called_hosts;
  History* history = nullptr;     ///< nothing: runs are not remembered
  Metrics* metrics = nullptr;     ///< nothing: runs are not counted
  RequestObserver observer = {};  ///< of all requests to sources
  /// As it is when a sync starts. Throws ConfigError.
  std::function<std::shared_ptr<const Configuration>()> configuration;
  FetchSecrets fetch_secrets;
  /// The converters of the configuration, for a sync's record filter.
  std::function<std::unique_ptr<InlineCode>(const Log&)> make_inline_code;
};

/// One sync of an integration, from reading its section to what Oomnitza is told at the end. configuration: as the
/// cloud sent it. Whatever goes wrong is told to Oomnitza and stands in the log; nothing is thrown.
void run_integration(const Json& configuration, const IntegrationContext& context,
                     const std::stop_token& stop) noexcept;

}  // namespace connector::integration
