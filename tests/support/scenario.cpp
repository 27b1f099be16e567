#include "support/scenario.h"

#include <algorithm>
#include <csignal>
#include <fstream>
#include <iterator>
#include <map>
#include <mutex>
#include <optional>
#include <stdexcept>

#include "connector/http.h"
#include "support/certificate.h"
#include "support/process.h"
#include "support/temporary_folder.h"

namespace connector::test {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

constexpr auto longest_run = 60s;

using Variables = std::map<std::string, std::string>;

std::string substituted(std::string text, const Variables& variables) {
  for (auto& [name, value] : variables) {
    std::string mark = "${" + name + "}";
    for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at + value.size()))
      text.replace(at, mark.size(), value);
  }
  return text;
}

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error(path.string() + " cannot be read");
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_file(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream file(path, std::ios::binary);
  file << text;
  if (!file.flush()) throw std::runtime_error(path.string() + " cannot be written");
}

void check_keys(const Json& object, std::initializer_list<std::string_view> known, const std::string& what) {
  for (auto& [key, value] : object.items())
    if (std::ranges::find(known, key) == known.end()) throw std::runtime_error(what + " has no " + key);
}

/// The member, or an empty object.
const Json& member(const Json& object, const char* name) {
  static const Json none = Json::object();
  auto found = object.find(name);
  return found == object.end() ? none : *found;
}

simulator::CloudOptions cloud_options(const Json& script) {
  check_keys(script,
             {"mappings", "locations", "login", "accept_tokens", "check_token", "cancel_after", "routes",
              "configurations", "managed_mappings", "credentials", "tokens", "global_variables"},
             "oomnitza");
  simulator::CloudOptions options;
  options.check_session = false;  // what comes back with each request is for oomnitza_requests to say
  for (const Json& token : member(script, "accept_tokens")) options.tokens.insert(token.get<std::string>());
  options.check_token = script.value("check_token", true);
  if (auto login = script.find("login"); login != script.end())
    options.login = login->get<std::map<std::string, std::string>>();
  if (auto count = script.find("cancel_after"); count != script.end()) options.cancel_after = count->get<std::size_t>();
  return options;
}

/// One scenario while it runs.
class Run {
 public:
  Run(const Json& scenario, const std::string& program)
      : scenario_(scenario),
        program_(program),
        cloud_(cloud_options(script_)),
        source_(member(scenario, "source"), substitute_, certificate("source")),
        oomnitza_(member(script_, "routes"), substitute_, certificate("oomnitza"),
                  [this](const simulator::Request& request) { return cloud_.answer(request); }) {
    for (auto& [name, mapping] : member(script_, "mappings").items()) cloud_.set_mapping(name, mapping);
    cloud_.set_locations(script_.value("locations", Json::array()));
    const std::lock_guard lock(variables_mutex_);
    variables_ = {{"SOURCE", source_.url()}, {"OOMNITZA", oomnitza_.url()}, {"WORKDIR", work_.string()}};
    if (certificate_) variables_["CA_FILE"] = certificate_->certificate_file;
  }

  Outcome run() {
    lay_out_files();
    Outcome outcome;
    int runs = scenario_.value("runs", 1);
    for (int i = 0; i < runs; ++i) outcome.exit_code = run_once();
    outcome.output = read_file(output_);
    outcome.folder = work_;
    outcome.payloads = cloud_.payloads();
    outcome.portions = cloud_.portions();
    outcome.ready_portions = cloud_.managed().ready_portions();
    outcome.refused = cloud_.traffic().refused;
    outcome.oomnitza_requests = oomnitza_.requests();
    outcome.source_requests = source_.requests();
    outcome.unmatched = source_.unmatched();
    return outcome;
  }

  const Substitute& substitute() const { return substitute_; }

 private:
  std::optional<simulator::ServerCertificate> certificate(const char* server) {
    const Json& tls = member(scenario_, "tls");
    if (tls.empty()) return {};
    if (!certificate_) certificate_.emplace();
    if (std::ranges::find(tls, server) == tls.end()) return {};
    return simulator::ServerCertificate{certificate_->certificate_file, certificate_->key_file};
  }

  void lay_out_files() {
    fs::create_directories(work_);
    for (auto& [name, content] : member(scenario_, "files").items()) {
      if (content.is_object())
        write_file(work_ / name, base64_decoded(content.at("base64").get<std::string>()).value());
      else
        write_file(work_ / name, substitute_(content.get<std::string>()));
    }
    if (scenario_.contains("config")) write_file(ini_, substitute_(scenario_["config"].get<std::string>()));
  }

  /// What managed mode asks for. Each run is handed every configuration.
  void hand_out_configurations() {
    simulator::ManagedCloud& managed = cloud_.managed();
    const Json script = parse_json(substitute_(to_text(script_)));
    for (auto& [id, mapping] : member(script, "managed_mappings").items()) managed.set_mapping(id, mapping);
    for (auto& [id, credential] : member(script, "credentials").items()) managed.set_credential(id, credential);
    for (auto& [id, token] : member(script, "tokens").items()) managed.set_token(id, token.get<std::string>());
    managed.set_global_variables(script.value("global_variables", Json::array()));
    std::size_t number = 0;  // several may have one id, or none
    for (const Json& configuration : member(script, "configurations"))
      managed.set_configuration(std::to_string(number++), configuration);
  }

  int run_once() {
    hand_out_configurations();
    outcomes_before_ = outcomes();
    output_before_ = fs::exists(output_) ? fs::file_size(output_) : 0;
    std::vector<std::string> command = {program_};
    if (scenario_.contains("config")) command.insert(command.end(), {"--ini", ini_.string()});
    for (const Json& argument : scenario_.at("args")) command.push_back(substitute_(argument.get<std::string>()));
    Variables environment;
    for (auto& [name, value] : member(scenario_, "env").items())
      environment[name] = substitute_(value.get<std::string>());

    Process process({.command = command, .folder = work_, .output = output_, .environment = environment});
    if (scenario_.contains("stop_when")) {
      stop_in_time(process, scenario_["stop_when"]);
    } else if (const std::size_t count = member(script_, "configurations").size(); count > 0) {
      stop_in_time(process, {{"outcomes", count}, {"grace", 0}});
    }
    std::optional<int> exit_code = process.wait(longest_run);
    if (!exit_code) throw std::runtime_error("the program does not end\n" + read_file(output_));
    return *exit_code;
  }

  void stop_in_time(Process& process, const Json& condition) {
    auto deadline = std::chrono::steady_clock::now() + longest_run;
    while (!reached(condition)) {
      if (process.wait(20ms)) return;
      if (std::chrono::steady_clock::now() > deadline)
        throw std::runtime_error("stop_when was never reached\n" + read_file(output_));
    }
    auto grace = std::chrono::milliseconds(static_cast<int>(condition.value("grace", 1.0) * 1000));
    if (!process.wait(grace)) process.send_signal(SIGTERM);
  }

  bool reached(const Json& condition) const {
    check_keys(condition, {"finalized", "outcomes", "payloads", "output", "grace"}, "stop_when");
    return (condition.contains("finalized") && finalized() >= condition["finalized"].get<std::size_t>()) ||
           (condition.contains("outcomes") &&
            outcomes() - outcomes_before_ >= condition["outcomes"].get<std::size_t>()) ||
           (condition.contains("payloads") && cloud_.payloads().size() >= condition["payloads"].get<std::size_t>()) ||
           (condition.contains("output") &&
            read_file(output_).find(condition["output"].get<std::string>(), output_before_) != std::string::npos);
  }

  std::size_t finalized() const {
    std::size_t count = 0;
    for (const simulator::Portion& portion : cloud_.portions()) count += portion.finalized;
    return count;
  }

  /// How often Oomnitza was told that a sync has ended.
  std::size_t outcomes() const { return finalized() + cloud_.managed().ready_portions().size(); }

  const Json& scenario_;
  const std::string program_;
  const Json& script_ = member(scenario_, "oomnitza");
  TemporaryFolder folder_;
  const fs::path work_ = folder_.path() / "work";
  const fs::path ini_ = work_ / "config.ini";
  const fs::path output_ = folder_.path() / "output";
  std::optional<Certificate> certificate_;
  std::mutex variables_mutex_;  ///< the servers' addresses are known once they run
  Variables variables_;
  const Substitute substitute_ = [this](std::string text) {
    const std::lock_guard lock(variables_mutex_);
    return substituted(std::move(text), variables_);
  };
  simulator::Cloud cloud_;
  ScriptedServer source_;
  ScriptedServer oomnitza_;
  std::size_t outcomes_before_ = 0;  ///< those of earlier runs
  std::size_t output_before_ = 0;
};

}  // namespace

std::vector<fs::path> scenario_files(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (!entry.is_directory()) continue;
    for (const auto& file : fs::directory_iterator(entry))
      if (file.path().extension() == ".json") files.push_back(file.path());
  }
  std::ranges::sort(files);
  return files;
}

std::vector<std::string> run_scenario(const fs::path& file, const std::string& program) {
  Json scenario = parse_json(read_file(file));
  check_keys(scenario,
             {"about", "config", "args", "env", "files", "source", "oomnitza", "tls", "stop_when", "runs", "expect"},
             "a scenario");
  Run run(scenario, program);
  Outcome outcome = run.run();
  std::vector<std::string> problems = check_outcome(scenario.at("expect"), outcome, run.substitute());
  if (!problems.empty()) problems.push_back("--- output\n" + outcome.output);
  return problems;
}

}  // namespace connector::test
