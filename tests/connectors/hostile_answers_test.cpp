// What sources make of answers that no vendor would give: wrong shapes at every level, sign-in pages, redirects to
// another host, pages without end. Each answer of a scenario is replaced in turn.
#include <gtest/gtest.h>

#include <fstream>
#include <mutex>
#include <regex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "catalogue.h"
#include "config/ini.h"
#include "config/settings.h"
#include "connector/plugins.h"
#include "log/redactor.h"
#include "platform/wait.h"
#include "support/emit_to.h"
#include "support/scripted_server.h"
#include "support/temporary_folder.h"

namespace connector::hostile_answers_test {

using simulator::HttpServer;
using test::ScriptedServer;

/// Scenarios of each source, tests/connectors/SOURCE/NAME.json, that between them ask for all that it can ask for.
struct Row {
  const char* source;
  std::vector<const char*> scenarios;
};

const Row table[] = {
    {"airwatch", {"network-not-read", "oauth-client", "dep-entries"}},
    {"appledep", {"session-of-an-answer"}},
    {"bamboohr", {"url-of-the-company", "report"}},
    {"casper", {"user-token", "api-client", "mobile-devices", "group-name"}},
    {"chef", {"all-nodes-found", "pages-until-the-total"}},
    {"dell_asset_order_status", {"fifty-values-at-once"}},
    {"dnac_network_devices", {"500-per-page"}},
    {"fortimanager", {"requests-to-the-letter", "api-key"}},
    {"insight", {"one-day-of-a-region"}},
    {"jasper", {"texts-in-parts"}},
    {"kace", {"login-of-today"}},
    {"meraki_network_devices", {"link-header", "inventory-merged"}},
    {"mobileiron", {"hardware-fails", "core-fields-of-the-space-before"}},
    {"munki_report", {"names-of-the-server"}},
    {"netbox", {"two-pages"}},
    {"okta", {"links-joined-by-a-proxy", "groups", "oauth-login"}},
    {"onelogin", {"token-of-today", "token-of-an-older-server", "api-2", "xml-values"}},
    {"open_audit", {"one-request-for-each-device", "server-that-ignores-include"}},
    {"servicenow", {"software-asset-management", "client-credentials"}},
    {"tanium", {"next-asset-as-text"}},
    {"vcenter", {"guest-networking", "api-in-place-of-rest"}},
    {"workspaceone_devicesoftware", {"devices-of-application-in-pages"}},
    {"zendesk", {"cursor-pages", "client-credentials"}},
};

constexpr std::size_t too_many_records = 20'000;
constexpr std::chrono::seconds too_long{20};

/// Keeps what is logged, as the program's own log does: without what was hidden.
class Lines final : public Log::Output {
 public:
  bool enabled(Level) const override { return true; }
  void write(Level, const std::string& message) override {
    const std::lock_guard lock(mutex_);
    text_ += redactor_.redact(message) + '\n';
  }
  void hide(std::string_view secret) override { redactor_.hide(secret); }
  std::string redact(std::string text) const override { return redactor_.redact(std::move(text)); }

  std::string text() const {
    const std::lock_guard lock(mutex_);
    return text_;
  }

 private:
  Redactor redactor_;
  mutable std::mutex mutex_;
  std::string text_;
};

struct Endless : std::exception {};

std::string replaced(std::string text, const std::string& mark, const std::string& value) {
  for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at + value.size())) {
    text.replace(at, mark.size(), value);
  }
  return text;
}

Json scenario_of(const std::string& source, const std::string& name) {
  const std::string path = std::string(SOURCE_FOLDER) + "/tests/connectors/" + source + "/" + name + ".json";
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  return parse_json(std::string{std::istreambuf_iterator<char>(file), {}});
}

/// What the mapping of a scenario reads.
std::vector<std::string> sources_of(const Json& scenario, const Plugin& plugin) {
  std::vector<std::string> sources;
  static const std::regex name(R"re((?:"source": "([^"]+)"|mapping\.\w+ = (\w[\w.]*)))re");
  const std::string config = scenario["config"];
  for (std::sregex_iterator match(config.begin(), config.end(), name), end; match != end; ++match) {
    sources.push_back((*match)[1].matched ? (*match)[1] : (*match)[2]);
  }
  for (const Json& field : plugin.default_mapping) {
    if (field.contains("source")) sources.push_back(field["source"]);
  }
  return sources;
}

/// A source with answers that can be replaced.
class HostileAnswers : public testing::TestWithParam<Row> {
 protected:
  void use(const char* name) {
    scenario_ = scenario_of(GetParam().source, name);
    for (Json& route : scenario_["source"]) route.erase("delay");
    files_ = scenario_.value("files", Json::object());
    secrets_.clear();
    for (const Json& secret : scenario_["expect"].value("not_in_output", Json::array())) secrets_.push_back(secret);
    for (const auto& [file, text] : files_.items()) {
      std::ofstream(folder_.path() / file, std::ios::binary) << text.get<std::string>();
    }
  }

  const Json& routes() const { return scenario_["source"]; }

  /// Whether the source said that something was wrong.
  bool run(const Json& routes, const std::string& what) {
    SCOPED_TRACE(std::string(GetParam().source) + ": " + what);
    const auto here = [this](std::string text) { return replaced(std::move(text), "${SOURCE}", url_); };
    ScriptedServer server(routes, here, {});
    url_ = server.url();
    const auto lines = std::make_shared<Lines>();
    std::vector<std::string> problems = outcome(Log(lines));
    for (const std::string& problem : problems) expect_one_clear_line(problem);
    expect_no_secret(lines->text());
    return !problems.empty();
  }

  std::string elsewhere() const { return elsewhere_.url(); }

  void expect_that_no_secret_went_elsewhere() {
    const std::lock_guard lock(mutex_);
    for (const simulator::Request& request : strangers_) {
      std::string text = request.target + "\n" + request.body;
      for (const auto& [name, value] : request.headers) text += "\n" + name + ": " + value;
      expect_no_secret(text);
      EXPECT_EQ(request.header("authorization"), "") << request.line();
      EXPECT_EQ(request.header("cookie"), "") << request.line();
    }
    strangers_.clear();
  }

 private:
  std::vector<std::string> outcome(const Log& log) {
    std::vector<std::string> problems;
    const std::unique_ptr<Connector> source = make(log);
    if (!source) return {"no source"};
    std::stop_source stop;
    source->stop = stop.get_token();
    source->http = Http({}, log, stop.get_token(), AfterStop::refuse, {.max_retries = 0});
    const std::jthread watch([&stop](const std::stop_token& end) {
      if (wait_for(too_long, end)) stop.request_stop();
    });
    std::size_t records = 0;
    const EmitTo emit([&](const Record& record) {
      if (!record.error.empty()) problems.push_back(log.redact(record.error));
      if (++records > too_many_records) throw Endless();
    });
    try {
      source->authenticate();
      source->read(emit);
    } catch (const Endless&) {
      ADD_FAILURE() << "it gives records without end";
    } catch (const Stopped&) {
      ADD_FAILURE() << "it asks without end";
    } catch (const std::exception& error) {
      problems.push_back(log.redact(error.what()));
    }
    for (const std::string& problem : emit.problems) problems.push_back(log.redact(problem));
    return problems;
  }

  std::unique_ptr<Connector> make(const Log& log) {
    std::string config = replaced(scenario_["config"], "${SOURCE}", url_);
    config = replaced(config, "${WORKDIR}", folder_.path().string());
    for (const auto& [file, text] : files_.items()) {
      config = replaced(config, "= " + file, "= " + (folder_.path() / file).string());
    }
    for (const Section& section : parse_ini(config, "config.ini")) {
      for (const Plugin& plugin : catalogue().all()) {
        if (plugin.section != section.connector()) continue;
        Problems problems;
        auto made =
            make_connector(section, plugin, {.variables = variables_, .fetch_secrets = {}, .log = log}, problems);
        EXPECT_TRUE(made) << "the scenario's configuration is wrong";
        if (!made) return nullptr;
        made->connector->log = log;
        made->connector->sources = sources_of(scenario_, plugin);
        return std::move(made->connector);
      }
    }
    ADD_FAILURE() << "the scenario has no section of a source";
    return nullptr;
  }

  static void expect_one_clear_line(const std::string& problem) {
    EXPECT_NE(problem, "");
    EXPECT_LT(problem.size(), 2000U) << problem;
    EXPECT_EQ(problem.find('\n'), std::string::npos) << problem;
    EXPECT_EQ(problem.find("[json.exception"), std::string::npos) << problem;
  }

  void expect_no_secret(const std::string& text) const {
    for (const std::string& secret : secrets_) {
      EXPECT_EQ(text.find(secret), std::string::npos) << "shows " << secret << ":\n" << text;
    }
  }

  test::TemporaryFolder folder_;
  Json scenario_;
  Json files_;
  std::vector<std::string> secrets_;
  const EnvironmentVariables variables_;
  std::string url_;
  std::mutex mutex_;
  std::vector<simulator::Request> strangers_;
  HttpServer elsewhere_{{.port = 0}, [this](const simulator::Request& request) {
                          const std::lock_guard lock(mutex_);
                          strangers_.push_back(request);
                          return simulator::Answer{.status = 200, .body = "{}"};
                        }};
};

/// The route with another answer to each of its calls.
Json answering(Json route, const Json& answer) {
  for (const char* key : {"json", "text", "base64", "status", "headers", "delay", "then"}) route.erase(key);
  route.update(answer);
  return route;
}

Json with_route(Json routes, std::size_t number, const Json& answer) {
  routes[number] = answering(routes[number], answer);
  return routes;
}

/// The paths of all values of a tree, of lists only those of the first item.
void add_paths(const Json& value, const Json::json_pointer& path, std::vector<Json::json_pointer>& paths) {
  paths.push_back(path);
  if (value.is_array() && !value.empty()) add_paths(value[0], path / 0, paths);
  if (!value.is_object()) return;
  for (const auto& [name, member] : value.items()) add_paths(member, path / name, paths);
}

/// Something of another type.
std::vector<Json> wrong(const Json& value) {
  if (value.is_object()) return {nullptr, 7, "text", Json::array({7})};
  if (value.is_array()) return {nullptr, 7, "text", {{"a", 1}}, Json::array({7, nullptr, "x", Json::array()})};
  if (value.is_string()) return {nullptr, 7, Json::array({"x"}), {{"a", 1}}};
  return {nullptr, "text", -1, 1e300, Json::array(), {{"a", 1}}};
}

TEST_P(HostileAnswers, OfWrongShapesAtEveryLevelEndInAnErrorOrInNothing) {
  for (const char* name : GetParam().scenarios) {
    use(name);
    for (std::size_t number = 0; number < routes().size(); ++number) {
      const Json& route = routes()[number];
      if (!route.contains("json")) continue;
      std::vector<Json::json_pointer> paths;
      add_paths(route["json"], Json::json_pointer(), paths);
      for (const Json::json_pointer& path : paths) {
        for (const Json& value : wrong(route["json"][path])) {
          Json body = route["json"];
          body[path] = value;
          Json changed = routes();
          changed[number]["json"] = body;
          run(changed, route.value("path", "") + " with " + path.to_string() + " = " + to_text(value));
        }
      }
    }
  }
}

TEST_P(HostileAnswers, ThatAreNotJsonAreErrors) {
  const Json answers[] = {
      {{"text", "<html><title>Sign in</title></html>"}, {"headers", {{"Content-Type", "text/html"}}}},
      {{"text", ""}},
      {{"text", std::string(50'000, '[')}},
      {{"base64", "//79/A=="}}};
  for (const char* name : GetParam().scenarios) {
    use(name);
    for (const Json& answer : answers) {
      Json changed = routes();
      for (std::size_t number = 0; number < changed.size(); ++number) changed = with_route(changed, number, answer);
      EXPECT_TRUE(run(changed, to_text(answer).substr(0, 80))) << name << ": no error";
      for (std::size_t number = 0; number < routes().size(); ++number) {
        run(with_route(routes(), number, answer), "route " + std::to_string(number) + to_text(answer).substr(0, 80));
      }
    }
  }
}

TEST_P(HostileAnswers, MayHaveLongHeaders) {
  for (const char* name : GetParam().scenarios) {
    use(name);
    Json changed = routes();
    for (Json& route : changed) {
      route["headers"]["Set-Cookie"] = "CSRF-TOKEN=" + std::string(60'000, 'a');
      route["headers"]["Link"] = "<" + std::string(60'000, 'a');
      route["headers"]["WWW-Authenticate"] = "Basic " + std::string(60'000, 'a');
    }
    run(changed, "long headers");
  }
}

TEST_P(HostileAnswers, ThatLeadToAnotherHostTakeNoSecretThere) {
  for (const char* name : GetParam().scenarios) {
    use(name);
    for (const int status : {302, 307, 308}) {
      for (std::size_t number = 0; number < routes().size(); ++number) {
        const Json answer = {{"status", status}, {"headers", {{"Location", elsewhere() + "/trap"}}}};
        run(with_route(routes(), number, answer), "redirect of route " + std::to_string(number));
        expect_that_no_secret_went_elsewhere();
      }
    }
  }
}

TEST_P(HostileAnswers, ThatComeAgainWithoutEndAreFoundOut) {
  for (const char* name : GetParam().scenarios) {
    use(name);
    for (std::size_t number = 0; number < routes().size(); ++number) {
      Json route = routes()[number];
      for (const char* key :
           {"query", "request_json", "request_form", "request_body_contains", "target_contains", "then"})
        route.erase(key);
      Json changed = routes();
      changed.insert(changed.begin(), route);
      run(changed, "always " + route.value("path", route.value("path_regex", "")));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Connectors, HostileAnswers, testing::ValuesIn(table),
                         [](const auto& row) { return std::string(row.param.source); });

/// A source that asks by HTTP has a row above; the others read files, a directory or a database.
TEST(HostileAnswersTable, HasARowForEachSourceThatAsksByHttp) {
  std::set<std::string> rows = {"csv_assets", "csv_users", "csv",         "json", "json_assets",
                                "json_users", "ldap",      "ldap_assets", "sccm"};
  for (const Row& row : table) rows.insert(row.source);
  for (const Plugin& plugin : catalogue().all()) EXPECT_TRUE(rows.contains(plugin.section)) << plugin.section;
}

}  // namespace connector::hostile_answers_test
