#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "config/cloud_token.h"
#include "config/settings.h"
#include "connector/connector.h"
#include "state/report_state.h"

namespace connector::integration {

/// A configuration of the export file connector: what the cloud and the section [managed_reports.ID] say together.
struct ReportsConfiguration : SectionSettings {
  std::string id;
  std::string name;
  Secret oomnitza_authorization;  ///< as configured: a token, or JSON with a token_id
  CloudToken cloud_token;
  std::string folder_path;
  std::filesystem::path folder;  ///< what that means here: absolute
  bool allow_insecure = false;
  bool overwrite_reports = false;
  std::vector<ReportSource> data_sources;

  std::string section() const { return "managed_reports." + id; }
};

/// Combines the cloud's configuration with the section (nullptr when there is none); the section's values win, except
/// empty ones. root: where the cloud's folders lie; a folder of the section is taken as it is. The folder is made,
/// unless this is a test (--testmode). Throws ConfigError with all that is wrong, each with section and key.
ReportsConfiguration reports_configuration(const Json& cloud, const Section* section, const SettingsContext& context,
                                           const std::filesystem::path& root, bool testmode);

}  // namespace connector::integration
