#include "export_files/settings.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <system_error>

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
      setting("allow_insecure", &R::allow_insecure,
              {.help = "Whether Oomnitza may turn off the check of certificates (verify_ssl) for the downloads.",
               .default_value = false,
               .in_sample = false,
               .local = true}),
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
  Combination(const Json& cloud, const Section* section, const SettingsContext& context, const fs::path& root)
      : cloud_(cloud), context_(context), root_(root) {
    configuration_.id = id_text(at(cloud, "id")).value_or("");
    if (const Json& name = at(cloud, "name"); name.is_string()) configuration_.name = name.get<std::string>();
    cloud_origin_ = fmt::format("integration {} ({})", configuration_.name, configuration_.id);
    section_ = overlay({.name = configuration_.section(), .origin = cloud_origin_}, section, cloud, reports_settings(),
                       context.log);
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
    if (configuration_.folder_path.find('\0') != std::string::npos)
      return add_problem("folder_path", "contains a zero character");
    const Entry* entry = section_.find("folder_path");
    configuration_.folder = entry != nullptr && entry->origin != cloud_origin_
                                ? fs::absolute(configuration_.folder_path)
                                : folder_of_the_cloud();
    if (problems_.empty()) make_folder(testmode);
  }

  /// Below this machine's folder for reports, whatever the cloud says: as seen from the working folder, where that
  /// leads into it, or from that folder itself.
  fs::path folder_of_the_cloud() {
    const fs::path root = fs::weakly_canonical(fs::absolute(root_));
    const fs::path named = configuration_.folder_path;
    const fs::path from_here = fs::absolute(named).lexically_normal();
    const fs::path folder = leads_into(from_here, root) ? from_here : (root / named).lexically_normal();
    if (!leads_into(folder, root)) {
      add_problem("folder_path", shown_path(named) + " does not lie below " + shown_path(root) +
                                     ", where reports may be stored: change it in Oomnitza, or set reports_folder in "
                                     "[oomnitza], or folder_path in [" +
                                     configuration_.section() + "]");
    } else if (fs::weakly_canonical(folder) != without_slash(folder)) {
      add_problem("folder_path", shown_path(folder) + " leads through a symbolic link");
    }
    return folder;
  }

  static fs::path without_slash(const fs::path& folder) {
    return folder.has_filename() ? folder : folder.parent_path();
  }

  static bool leads_into(const fs::path& folder, const fs::path& root) {
    const auto [end, _] = std::mismatch(root.begin(), root.end(), folder.begin(), folder.end());
    return end == root.end();
  }

  void make_folder(bool testmode) {
    const fs::path& folder = configuration_.folder;
    std::error_code error;
    if (fs::exists(folder, error) && !fs::is_directory(folder, error)) {
      return add_problem("folder_path", shown_path(folder) + " is not a folder");
    }
    if (testmode) return;
    try {
      make_private_folder(folder);
    } catch (const std::system_error& failure) {
      return add_problem("folder_path",
                         "the folder " + shown_path(folder) + " cannot be made: " + failure.code().message());
    }
    if (const std::error_code problem = cannot_write_into(folder)) {
      add_problem("folder_path", "the folder " + shown_path(folder) + " cannot be written to: " + problem.message());
    }
  }

  const Json& cloud_;
  const SettingsContext& context_;
  const fs::path root_;
  std::string cloud_origin_;
  Section section_;
  ReportsConfiguration configuration_;
  Problems problems_;
};

}  // namespace

ReportsConfiguration reports_configuration(const Json& cloud, const Section* section, const SettingsContext& context,
                                           const std::filesystem::path& root, bool testmode) {
  return Combination(cloud, section, context, root).combined(testmode);
}

}  // namespace connector::integration
