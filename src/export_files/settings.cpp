#include "export_files/settings.h"

#include <algorithm>
#include <filesystem>
#include <optional>

#include "config/overlay.h"
#include "config/problem.h"
#include "platform/files.h"
#include "platform/path.h"
#include "text/text.h"

namespace connector::integration {
namespace {

namespace fs = std::filesystem;

const std::vector<Setting>& reports_settings() {
  using R = ReportsConfiguration;
  static const std::string without_effect = "Ignored; kept for compatibility.";
  static const std::vector<Setting> settings = {
      setting("oomnitza_authorization", &R::oomnitza_authorization,
              {.help = "Oomnitza API token of this section, or JSON with its token_id; empty: that of [oomnitza].",
               .default_value = ""}),
      setting("folder_path", &R::folder_path, {.help = "Folder in which the reports are stored."}),
      setting(
          "overwrite_reports", &R::overwrite_reports,
          {.help = "Whether reports keep their names, so that newer ones replace older ones.", .default_value = false}),
      setting("insert_only", &R::ignored, {.help = without_effect, .default_value = ""}),
      setting("update_only", &R::ignored, {.help = without_effect, .default_value = ""}),
      setting("test_run", &R::ignored, {.help = without_effect, .default_value = ""}),
      setting("is_custom", &R::ignored, {.help = without_effect, .default_value = ""}),
  };
  return settings;
}

/// Makes a configuration, and collects what is wrong with it.
class Combination {
 public:
  Combination(const Json& cloud, const Section* section, const SettingsContext& context)
      : cloud_(cloud), context_(context) {
    configuration_.id = id_text(at(cloud, "id")).value_or("");
    if (const Json& name = at(cloud, "name"); name.is_string()) configuration_.name = name.get<std::string>();
    cloud_origin_ = fmt::format("integration {} ({})", configuration_.name, configuration_.id);
    section_ = overlay({.name = configuration_.section(), .origin = cloud_origin_}, section, cloud, reports_settings());
  }

  ReportsConfiguration combined(bool testmode) {
    if (configuration_.id.empty()) add_cloud_problem("id", "is required: a number or a string");
    if (trimmed(configuration_.name).empty()) add_cloud_problem("name", "is required: a string");
    check_folder_type();
    fill_settings(configuration_, reports_settings(), section_, context_, problems_);
    take_token();
    take_sources();
    if (problems_.empty()) check_folder(testmode);
    if (!problems_.empty()) throw ConfigError(problems_);
    return std::move(configuration_);
  }

 private:
  void add_problem(const std::string& key, const std::string& problem) {
    problems_.push_back(problem_with(section_, key, problem));
  }

  void add_cloud_problem(const std::string& key, const std::string& problem) {
    problems_.push_back(cloud_origin_ + ", " + key + ": " + problem);
  }

  void check_folder_type() {
    const Json& folder = at(cloud_, "folder_path");
    const Entry* entry = section_.find("folder_path");
    if (entry != nullptr && entry->origin == cloud_origin_ && !folder.is_string()) {
      add_cloud_problem("folder_path", "must be a string");
    }
  }

  void take_token() {
    const auto token = read_cloud_token(configuration_.oomnitza_authorization.value, section_, cloud_);
    if (!token) return add_problem("oomnitza_authorization", "must be a token, or an object with token_id");
    configuration_.cloud_token = *token;
  }

  void take_sources() {
    const Json& sources = at(cloud_, "data_sources");
    if (is_empty(sources)) {
      configuration_.data_sources = {{.type = "reports_connectors", .id = configuration_.id}};
      return;
    }
    bool good = sources.is_array();
    for (const Json& source : sources) {
      const Json& type = at(source, "type");
      const std::optional<std::string> id = id_text(at(source, "id"));
      good = good && type.is_string() && !is_empty(type) && id;
      if (good) configuration_.data_sources.push_back({.type = type.get<std::string>(), .id = *id});
    }
    if (!good) {
      add_cloud_problem("data_sources", R"(must be a list of objects like {"type": "reports_connectors", "id": 1})");
    }
  }

  void check_folder(bool testmode) {
    const std::string& folder = configuration_.folder_path;
    if (folder.find('\0') != std::string::npos) return add_problem("folder_path", "contains a zero character");
    std::error_code error;
    if (fs::exists(folder, error) && !fs::is_directory(folder, error)) {
      return add_problem("folder_path", shown_path(folder) + " is not a folder");
    }
    if (testmode) return;
    fs::create_directories(folder, error);
    if (error)
      return add_problem("folder_path", "the folder " + shown_path(folder) + " cannot be made: " + error.message());
    if (const std::error_code problem = cannot_write_into(folder)) {
      add_problem("folder_path", "the folder " + shown_path(folder) + " cannot be written to: " + problem.message());
    }
  }

  const Json& cloud_;
  const SettingsContext& context_;
  std::string cloud_origin_;
  Section section_;
  ReportsConfiguration configuration_;
  Problems problems_;
};

}  // namespace

ReportsConfiguration reports_configuration(const Json& cloud, const Section* section, const SettingsContext& context,
                                           bool testmode) {
  return Combination(cloud, section, context).combined(testmode);
}

}  // namespace connector::integration
