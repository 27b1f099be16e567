#pragma once

#include <filesystem>
#include <stop_token>

#include "connector/http.h"
#include "export_files/settings.h"
#include "oomnitza/oomnitza.h"

namespace connector::integration {

/// What the program says about a sync of reports.
struct ReportsOptions {
  bool testmode = false;             ///< print what would be stored; fetch, write and tell nothing
  std::filesystem::path state_file;  ///< state.db
  std::uintmax_t max_size = 0;       ///< bytes of a report
  Log log;
  std::stop_token stop;
};

/// One sync of the export file connector: asks the cloud for the new reports of each source, stores them one after the
/// other, tells the cloud about each, and moves the state behind it. A report that fails does not keep the others.
///
/// cloud: with the token of this sync. http: for the files; a session of this sync alone, with the configuration's TLS
/// settings and no headers. Returns whether all went well; whatever did not was logged and told to the cloud. A stop is
/// no failure: what is under way is finished if there is time.
bool run_reports(const ReportsConfiguration& configuration, const Oomnitza& cloud, const Http& http,
                 const ReportsOptions& options);

}  // namespace connector::integration
