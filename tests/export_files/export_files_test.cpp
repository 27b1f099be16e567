#include "export_files/export_files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>

#include "export_files/report_file.h"
#include "support/lines.h"
#include "support/loopback_server.h"
#include "support/raw_server.h"
#include "support/temporary_folder.h"

namespace connector::integration::reports_test {

namespace fs = std::filesystem;
using test::Answer;
using test::Lines;
using test::LoopbackServer;
using test::RawServer;
using test::Received;
using test::TemporaryFolder;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Names = std::vector<std::string>;

class ReportsTest : public testing::Test {
 protected:
  ReportsTest() {
    configuration.id = "68";
    configuration.name = "Export 68";
    configuration.folder = folder.path() / "exports";
    configuration.data_sources = {source};
    fs::create_directory(configuration.folder);
    cloud.on("POST", "/api/v3/bulk/68/add_ready_portion", {{}});
    cloud.on("GET", "/api/v2/mappings", {{.body = "{}"}});
  }

  Json report(const std::string& uid, const std::string& name, std::int64_t date) {
    return {{"uid", uid}, {"filename", name}, {"creation_date", date}, {"url", files.url("/" + uid + "?sig=s3cr3t")}};
  }

  void list(const std::vector<Json>& reports) {
    cloud.on("GET", "/api/v3/media_storage", {{.body = to_text(Json(reports))}});
  }

  bool run() {
    CloudSettings settings;
    settings.url.value = cloud.url();
    settings.api_token.value = "report-token";
    Oomnitza oomnitza(settings, "", Log(log), stop.get_token());
    oomnitza.log_in();
    const Http http({}, Log(log), stop.get_token(), AfterStop::refuse,
                    {.wait = [](std::chrono::seconds, const std::stop_token&) {}});
    const std::size_t before = portions().size();
    const bool succeeded = run_reports(configuration, oomnitza, http,
                                       {.testmode = testmode,
                                        .state_file = state_file,
                                        .max_size = max_size,
                                        .log = Log(log),
                                        .stop = stop.get_token()});
    news = portions();
    news.erase(news.begin(), news.begin() + static_cast<std::ptrdiff_t>(before));
    return succeeded;
  }

  std::vector<Json> portions() const {
    std::vector<Json> bodies;
    for (const Received& request : cloud.requests("POST", "/api/v3/bulk/68/add_ready_portion")) {
      bodies.push_back(parse_json(request.body));
    }
    return bodies;
  }

  static Json stored(const std::string& uid) { return {{"correlation_id", uid}, {"added", 1}}; }

  /// The uids of the portions that the last run sent, failed ones with a '-'.
  Names told() const {
    Names uids;
    for (const Json& portion : news) {
      uids.push_back((portion.contains("failed") ? "-" : "") + portion["correlation_id"].get<std::string>());
    }
    return uids;
  }

  /// All that lies in the folder, sorted.
  Names stored_names() const {
    Names names;
    for (const auto& entry : fs::directory_iterator(configuration.folder)) names.push_back(entry.path().filename());
    std::sort(names.begin(), names.end());
    return names;
  }

  std::string content(const std::string& name) const { return folder.read("exports/" + name); }
  std::int64_t state() const { return ReportState(state_file, ReportState::Access::read).done_until(source); }
  std::set<std::string> done() const { return ReportState(state_file, ReportState::Access::read).done_beyond(source); }
  std::size_t fetched(const std::string& uid) const { return files.requests("GET", "/" + uid).size(); }

  const ReportSource source{"reports_connectors", "68"};
  TemporaryFolder folder;
  fs::path state_file = folder.path() / "state.db";
  LoopbackServer cloud;
  LoopbackServer files;
  ReportsConfiguration configuration;
  std::shared_ptr<Lines> log = std::make_shared<Lines>();
  std::stop_source stop;
  bool testmode = false;
  std::uintmax_t max_size = 1u << 30;
  std::vector<Json> news;
};

// A run

TEST_F(ReportsTest, StoresTellsAndMovesOn) {
  list({report("u-1", "assets.csv", 1700000000), report("u-2", "користувачі.csv", 1700003600)});
  const std::string bytes("a\r\n\0\xff\n", 6);
  files.on("GET", "/u-1", {{.body = bytes, .content_type = "application/octet-stream"}});
  files.on("GET", "/u-2", {{.body = "", .content_type = "text/csv"}});
  EXPECT_TRUE(run());
  EXPECT_EQ(content("20231114221320_assets.csv"), bytes);
  EXPECT_EQ(stored_names(), (Names{"20231114221320_assets.csv", "20231114231320_користувачі.csv"}));
  EXPECT_THAT(news, ElementsAre(stored("u-1"), stored("u-2")));
  EXPECT_EQ(state(), 1700003600);
  EXPECT_THAT(done(), IsEmpty());
}

TEST_F(ReportsTest, ListsOnceWhatIsNewer) {
  list({});
  EXPECT_TRUE(run());
  ReportState(state_file).advance(source, 1700000000);
  configuration.data_sources = {source, {"a'b", "d/9"}};
  EXPECT_TRUE(run());
  Names targets;
  for (const Received& request : cloud.requests("GET", "/api/v3/media_storage")) {
    targets.push_back(request.target);
    EXPECT_EQ(request.header("Authorization2"), "report-token");
  }
  const std::string path = "/api/v3/media_storage?filter=%28creation_date%20gt%20";
  EXPECT_THAT(
      targets,
      ElementsAre(path + "0%29%20and%20%28created_by_type%20eq%20%27reports_connectors%27%29&created_by_id=68"
                         "&sortby=creation_date%20asc",
                  path + "1700000000%29%20and%20%28created_by_type%20eq%20%27reports_connectors%27%29&created_by_id=68"
                         "&sortby=creation_date%20asc",
                  path + "0%29%20and%20%28created_by_type%20eq%20%27a%27b%27%29&created_by_id=d%2F9"
                         "&sortby=creation_date%20asc"));
  EXPECT_THAT(portions(), IsEmpty());
}

TEST_F(ReportsTest, FilesAreFetchedWithoutCredentials) {
  list({report("u-1", "a.csv", 100)});
  files.on("GET", "/u-1", {{.status = 302, .headers = {{"Location", "/moved?sig=2"}}}});
  files.on("GET", "/moved", {{.body = "content"}});
  EXPECT_TRUE(run());
  EXPECT_EQ(content("19700101000140_a.csv"), "content");
  ASSERT_EQ(files.requests().size(), 2U);
  EXPECT_EQ(files.requests()[0].target, "/u-1?sig=s3cr3t");
  for (const Received& request : files.requests()) {
    for (const char* name : {"Authorization", "Authorization2", "X-CSRF-Token", "Cookie", "Content-Type"}) {
      EXPECT_FALSE(request.headers.contains(name)) << name;
    }
  }
  EXPECT_THAT(log->lines, testing::Not(HasSubstr("s3cr3t")));
}

TEST_F(ReportsTest, ReplacesNoFileOfOthers) {
  configuration.overwrite_reports = true;
  folder.write("exports/config.ini", "mine");
  list({report("u-1", "config.ini", 100)});
  files.on("GET", "/u-1", {{.body = "theirs"}});
  EXPECT_FALSE(run());
  EXPECT_EQ(content("config.ini"), "mine");
  EXPECT_THAT(news[0]["error_message"].get<std::string>(), HasSubstr("was not stored by this program: move it away"));
  EXPECT_EQ(fetched("u-1"), 0U);
  fs::remove(configuration.folder / "config.ini");
  EXPECT_TRUE(run());
  EXPECT_EQ(content("config.ini"), "theirs");
}

TEST_F(ReportsTest, TwoReportsOfOneSecondAndNameAreTwoFiles) {
  list({report("u-1", "a.csv", 100), report("u-2", "a.csv", 100)});
  files.on("GET", "/u-1", {{.body = "1"}});
  files.on("GET", "/u-2", {{.body = "2"}});
  EXPECT_TRUE(run());
  EXPECT_EQ(content("19700101000140_a.csv") + content("19700101000140-2_a.csv"), "12");
}

TEST_F(ReportsTest, SecondsThatMayNotBeOverStayOpen) {
  const std::int64_t now = std::time(nullptr);
  files.on("GET", "/u-1", {{.body = "1"}});
  files.on("GET", "/u-2", {{.body = "2"}});
  list({report("u-1", "a.csv", now)});
  EXPECT_TRUE(run());
  EXPECT_EQ(state(), 0);
  list({report("u-1", "a.csv", now), report("u-2", "b.csv", now)});
  EXPECT_TRUE(run());
  EXPECT_THAT(told(), ElementsAre("u-2"));
  EXPECT_EQ(fetched("u-1"), 1U);
}

TEST_F(ReportsTest, ReportsThatAreTooLargeAreRefusedForGood) {
  max_size = 1 << 20;
  list({report("u-1", "a.csv", 100), report("u-2", "b.csv", 200)});
  files.on("GET", "/u-1", {{.body = std::string((1 << 20) + 1, 'x')}});
  files.on("GET", "/u-2", {{.body = "2"}});
  EXPECT_FALSE(run());
  EXPECT_THAT(told(), ElementsAre("-u-1", "u-2"));
  EXPECT_THAT(news[0]["error_message"].get<std::string>(), HasSubstr("max_report_size"));
  EXPECT_EQ(stored_names(), Names{"19700101000320_b.csv"});
  EXPECT_EQ(state(), 200);
}

TEST_F(ReportsTest, OverwritesWhenAskedTo) {
  configuration.overwrite_reports = true;
  list({report("u-1", "assets.csv", 100), report("u-2", "assets.csv", 200)});
  files.on("GET", "/u-1", {{.body = "older and longer"}});
  files.on("GET", "/u-2", {{.body = "new"}});
  EXPECT_TRUE(run());
  EXPECT_EQ(stored_names(), Names{"assets.csv"});
  EXPECT_EQ(content("assets.csv"), "new");
}

TEST_F(ReportsTest, AFileBecomesVisibleWholeAndTheStateFollowsLast) {
  list({report("u-1", "a.csv", 100)});
  files.handle("GET", "/u-1", [this](const Received&) {
    EXPECT_EQ(stored_names(), Names{".19700101000140_a.csv.part"});
    return Answer{.body = "whole"};
  });
  cloud.handle("POST", "/api/v3/bulk/68/add_ready_portion", [this](const Received&) {
    EXPECT_EQ(stored_names(), Names{"19700101000140_a.csv"});
    EXPECT_EQ(content("19700101000140_a.csv"), "whole");
    EXPECT_EQ(state(), 0);
    return Answer{};
  });
  EXPECT_TRUE(run());
  EXPECT_EQ(state(), 100);
}

TEST_F(ReportsTest, LargeFilesAreStreamed) {
  const std::string large(std::size_t{20} << 20, 'x');
  list({report("u-1", "a.csv", 100)});
  files.on("GET", "/u-1", {{.body = large, .content_type = "application/octet-stream"}});
  EXPECT_TRUE(run());
  EXPECT_EQ(content("19700101000140_a.csv"), large);
}

// Names

struct NameCase {
  const char* about;
  Json name;
  bool good = false;
};

void PrintTo(const NameCase& tested, std::ostream* out) {
  *out << tested.about;
}

class Name : public testing::TestWithParam<NameCase> {};

TEST_P(Name, IsGoodOrRefused) {
  EXPECT_EQ(problem_of_report_name(GetParam().name).empty(), GetParam().good)
      << problem_of_report_name(GetParam().name);
}

INSTANTIATE_TEST_SUITE_P(
    Reports, Name,
    testing::Values(NameCase{"plain", "assets.csv", true}, NameCase{"dots inside", "good ..name.csv", true},
                    NameCase{"hidden", ".hidden", true}, NameCase{"three dots", "...", true},
                    NameCase{"Cyrillic", "звіт.csv", true}, NameCase{"blanks", " a b ", true},
                    NameCase{"Windows alone refuses it", "a:b*?\"<>|", true},
                    NameCase{"longest", std::string(240, 'x'), true}, NameCase{"too long", std::string(241, 'x')},
                    NameCase{"too long in bytes", std::string(239, 'x') + "ü"}, NameCase{"empty", ""},
                    NameCase{"dot", "."}, NameCase{"dots", ".."}, NameCase{"parent", "../evil.csv"},
                    NameCase{"absolute", "/etc/passwd"}, NameCase{"folder", "sub/evil.csv"},
                    NameCase{"backslash", "..\\evil.csv"}, NameCase{"newline", "a\nb"},
                    NameCase{"zero", std::string("a\0b", 3)}, NameCase{"unit separator", "a\x1f"},
                    NameCase{"delete", "a\x7f"}, NameCase{"null", nullptr}, NameCase{"number", 7},
                    NameCase{"list", Json::array({"a"})}),
    [](const auto& tested) {
      std::string about = tested.param.about;
      std::replace(about.begin(), about.end(), ' ', '_');
      return about;
    });

TEST(ReportName, HasTheDateInUtc) {
  EXPECT_EQ(dated_report_name("assets.csv", 1700000000), "20231114221320_assets.csv");
  EXPECT_EQ(dated_report_name("a", 0), "19700101000000_a");
  EXPECT_EQ(dated_report_name("a", 951782399), "20000228235959_a");
  EXPECT_EQ(dated_report_name("a", 951782400), "20000229000000_a");
  EXPECT_EQ(dated_report_name("a", 253402300799), "99991231235959_a");
}

TEST_F(ReportsTest, ARefusedNameIsFinalAndNothingIsFetched) {
  for (const bool overwrite : {false, true}) {
    configuration.overwrite_reports = overwrite;
    const std::int64_t date = overwrite ? 200 : 100;
    list({report("u-1", "../evil.csv", date)});
    EXPECT_FALSE(run());
    EXPECT_EQ(told(), Names{"-u-1"});
    EXPECT_EQ(state(), date);
  }
  EXPECT_THAT(files.requests(), IsEmpty());
  EXPECT_THAT(stored_names(), IsEmpty());
  EXPECT_FALSE(fs::exists(folder.file("evil.csv")));
}

TEST_F(ReportsTest, TheLongestNameIsStored) {
  for (const bool overwrite : {false, true}) {
    configuration.overwrite_reports = overwrite;
    list({report("u-1", std::string(240, 'x'), overwrite ? 200 : 100)});
    files.on("GET", "/u-1", {{.body = "content"}});
    EXPECT_TRUE(run());
  }
  EXPECT_EQ(stored_names(), (Names{"19700101000140_" + std::string(240, 'x'), std::string(240, 'x')}));
}

// Failures

struct StatusCase {
  int status;
  bool final;
  std::size_t tries = 1;
};

void PrintTo(const StatusCase& tested, std::ostream* out) {
  *out << tested.status;
}

class Status : public ReportsTest, public testing::WithParamInterface<StatusCase> {};

TEST_P(Status, IsFinalOrPassing) {
  const auto& [status, final, tries] = GetParam();
  list({report("u-1", "a.csv", 100), report("u-2", "b.csv", 200)});
  files.on("GET", "/u-1", {{.status = status, .body = "<Error>of hunter22</Error>"}});
  files.on("GET", "/u-2", {{.body = "b"}});
  EXPECT_FALSE(run());
  EXPECT_EQ(stored_names(), Names{"19700101000320_b.csv"});
  EXPECT_EQ(fetched("u-1"), tries);
  ASSERT_EQ(told(), (Names{"-u-1", "u-2"}));
  const std::string message = news[0]["error_message"];
  EXPECT_EQ(news[0], (Json{{"correlation_id", "u-1"},
                           {"failed", 1},
                           {"error_message", message},
                           {"test_run", false},
                           {"multi_str_input_value", nullptr}}));
  EXPECT_THAT(message, HasSubstr(std::to_string(status)));
  EXPECT_THAT(message, HasSubstr("a.csv"));
  EXPECT_THAT(message + log->lines, testing::Not(testing::AnyOf(HasSubstr("s3cr3t"), HasSubstr("hunter22"))));
  EXPECT_EQ(state(), final ? 200 : 0);
  EXPECT_EQ(done(), final ? std::set<std::string>{} : std::set<std::string>{"u-2"});

  EXPECT_EQ(run(), final) << "a second time";
  EXPECT_EQ(told(), final ? Names{} : Names{"-u-1"});
  EXPECT_EQ(fetched("u-1"), final ? tries : 2 * tries);
  EXPECT_EQ(fetched("u-2"), 1U);

  files.on("GET", "/u-1", {{.body = "a"}});
  EXPECT_TRUE(run()) << "a third time";
  EXPECT_EQ(told(), final ? Names{} : Names{"u-1"});
  EXPECT_EQ(state(), 200);
  EXPECT_THAT(done(), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Reports, Status,
                         testing::Values(StatusCase{400, true}, StatusCase{404, true}, StatusCase{410, true},
                                         StatusCase{413, true}, StatusCase{451, true}, StatusCase{401, false},
                                         StatusCase{403, false}, StatusCase{408, false, 11}, StatusCase{425, false},
                                         StatusCase{429, false, 11}, StatusCase{500, false, 11}, StatusCase{501, false},
                                         StatusCase{503, false, 11}, StatusCase{300, false}),
                         [](const auto& tested) { return std::to_string(tested.param.status); });

TEST_F(ReportsTest, ACutDownloadIsRepeatedFromItsBeginning) {
  RawServer raw(
      {{"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nhalf"}, {"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\ncontent"}});
  Json entry = report("u-1", "a.csv", 100);
  entry["url"] = raw.url();
  list({entry});
  EXPECT_TRUE(run());
  EXPECT_EQ(content("19700101000140_a.csv"), "content");
}

TEST_F(ReportsTest, AFailedDownloadLeavesNothingBehindAndIsPassing) {
  RawServer raw({{"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nhalf"}});
  Json entry = report("u-1", "a.csv", 100);
  entry["url"] = raw.url();
  list({entry});
  folder.write("exports/19700101000140_a.csv", "as it was");
  ReportState(state_file).note_stored(configuration.folder / "19700101000140_a.csv", "u-1");
  EXPECT_FALSE(run());
  EXPECT_EQ(raw.requests().size(), 11U);
  EXPECT_EQ(stored_names(), Names{"19700101000140_a.csv"});
  EXPECT_EQ(content("19700101000140_a.csv"), "as it was");
  EXPECT_EQ(told(), Names{"-u-1"});
  EXPECT_EQ(state(), 0);
}

TEST_F(ReportsTest, ACompressedDownloadThatBreaksOffIsNotStored) {
  const std::string whole = base64_decoded("H4sIAAAAAAACA0vOzytJzSsBAKkwxf4HAAAA").value();  // gzip of "content"
  const auto answer = [](const std::string& body) {
    return test::RawAnswer{
        fmt::format("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n", body.size()) + body};
  };
  for (const bool is_repaired : {false, true}) {
    const std::string cut = whole.substr(0, whole.size() - 4);
    RawServer raw({answer(cut), answer(is_repaired ? whole : cut)});
    Json entry = report("u-1", "a.csv", 100);
    entry["url"] = raw.url();
    list({entry});
    EXPECT_EQ(run(), is_repaired);
    EXPECT_EQ(stored_names(), is_repaired ? Names{"19700101000140_a.csv"} : Names());
  }
  EXPECT_EQ(content("19700101000140_a.csv"), "content");
}

TEST_F(ReportsTest, AnAddressThatIsNoneIsPassing) {
  for (const Json& url : {Json(), Json(""), Json("ftp://127.0.0.1/a"), Json("file:///etc/passwd"), Json(7)}) {
    Json entry = report("u-1", "a.csv", 100);
    entry["url"] = url;
    list({entry});
    EXPECT_FALSE(run()) << url;
    EXPECT_EQ(told(), Names{"-u-1"}) << url;
    EXPECT_EQ(state(), 0) << url;
    EXPECT_THAT(stored_names(), IsEmpty()) << url;
  }
}

TEST_F(ReportsTest, ADiskErrorIsPassing) {
  fs::create_directory(folder.path() / "exports" / "19700101000140_a.csv");
  list({report("u-1", "a.csv", 100), report("u-2", "b.csv", 200)});
  files.on("GET", "/u-1", {{.body = "a"}});
  files.on("GET", "/u-2", {{.body = "b"}});
  EXPECT_FALSE(run());
  EXPECT_EQ(stored_names(), (Names{"19700101000140_a.csv", "19700101000320_b.csv"}));
  EXPECT_EQ(told(), (Names{"-u-1", "u-2"}));
  EXPECT_EQ(state(), 0);
  EXPECT_EQ(done(), std::set<std::string>{"u-2"});

  fs::remove_all(configuration.folder);
  list({report("u-3", "c.csv", 300)});
  EXPECT_FALSE(run());
  EXPECT_EQ(told(), Names{"-u-3"});
  EXPECT_THAT(news[0]["error_message"].get<std::string>(), HasSubstr("cannot open the folder"));
}

TEST_F(ReportsTest, AReportThatOomnitzaWasNotToldAboutIsPassing) {
  list({report("u-1", "a.csv", 100), report("u-2", "b.csv", 200), report("u-3", "c.csv", 300)});
  files.on("GET", "/u-1", {{.body = "a"}});
  files.on("GET", "/u-3", {{.body = "c"}});
  cloud.on("POST", "/api/v3/bulk/68/add_ready_portion", {{.status = 403}, {.status = 400}, {}});
  EXPECT_FALSE(run());
  EXPECT_EQ(state(), 0);
  EXPECT_EQ(done(), std::set<std::string>{"u-3"});
  EXPECT_FALSE(run()) << "u-2 is gone";
  EXPECT_EQ(told(), (Names{"u-1", "-u-2"}));
  EXPECT_EQ(state(), 300);
  EXPECT_EQ(fetched("u-1"), 2U);
  EXPECT_EQ(fetched("u-3"), 1U);
}

TEST_F(ReportsTest, TheStateStaysBeforeThePassingFailure) {
  list({report("u-1", "a.csv", 100), report("u-2", "b.csv", 200), report("u-3", "../c.csv", 300),
        report("u-4", "d.csv", 400), report("u-5", "e.csv", 500)});
  for (const char* uid : {"u-1", "u-5"}) files.on("GET", std::string("/") + uid, {{.body = uid}});
  files.on("GET", "/u-2", {{.status = 403}});
  EXPECT_FALSE(run());
  EXPECT_EQ(told(), (Names{"u-1", "-u-2", "-u-3", "-u-4", "u-5"}));
  EXPECT_EQ(state(), 100);
  EXPECT_EQ(done(), (std::set<std::string>{"u-3", "u-4", "u-5"}));
}

TEST_F(ReportsTest, ReportsOfTheSameSecondMoveTheStateTogether) {
  list({report("u-1", "a.csv", 100), report("u-2", "b.csv", 200), report("u-3", "c.csv", 200)});
  files.on("GET", "/u-1", {{.body = "a"}});
  files.on("GET", "/u-2", {{.body = "b"}});
  files.on("GET", "/u-3", {{.status = 403}, {.body = "c"}});
  EXPECT_FALSE(run());
  EXPECT_EQ(state(), 100) << "else u-3 would never be listed again";
  EXPECT_TRUE(run());
  EXPECT_EQ(told(), Names{"u-3"});
  EXPECT_EQ(state(), 200);
}

TEST_F(ReportsTest, ReportsThatAreDoneLetTheStateMoveAlone) {
  list({report("u-1", "a.csv", 100), report("u-2", "b.csv", 200)});
  files.on("GET", "/u-1", {{.status = 403}});
  files.on("GET", "/u-2", {{.body = "b"}});
  EXPECT_FALSE(run());
  list({report("u-2", "b.csv", 200)});
  EXPECT_TRUE(run());
  EXPECT_EQ(state(), 200);
}

TEST_F(ReportsTest, EntriesThatAreNoReportsDoNotHoldUpOthers) {
  Json odd = report("u-9", "x.csv", 50);
  odd["creation_date"] = "soon";
  Json without_uid = report("u-8", "y.csv", 60);
  without_uid.erase("uid");
  Json number = report("u-7", "a.csv", 100);
  number["uid"] = 7;
  list({odd, without_uid, 5, nullptr, number});
  files.on("GET", "/u-7", {{.body = "a"}});
  EXPECT_FALSE(run());
  ASSERT_EQ(news.size(), 5U);
  EXPECT_EQ(news[0]["correlation_id"], "u-9");
  EXPECT_EQ(news[1]["correlation_id"].get<std::string>().size(), 36U);
  EXPECT_EQ(news[4], stored("7"));
  EXPECT_EQ(state(), 100);
}

TEST_F(ReportsTest, AListingThatFailsDoesNotKeepOtherSources) {
  configuration.data_sources = {{"dashboards", "d-1"}, {"dashboards", "d-2"}, source};
  cloud.handle("GET", "/api/v3/media_storage", [this](const Received& request) {
    if (request.target.find("=d-1&") != std::string::npos) return Answer{.status = 404, .body = "no hunter22"};
    if (request.target.find("=d-2&") != std::string::npos) return Answer{.body = "{}"};
    return Answer{.body = to_text(Json::array({report("u-1", "a.csv", 100)}))};
  });
  files.on("GET", "/u-1", {{.body = "a"}});
  EXPECT_FALSE(run());
  ASSERT_EQ(news.size(), 3U);
  EXPECT_EQ(news[0]["correlation_id"].get<std::string>().size(), 36U);
  EXPECT_EQ(news[0]["failed"], 1);
  EXPECT_EQ(news[0]["error_type"], "Fatal Error");
  EXPECT_THAT(news[0]["error_message"].get<std::string>(), HasSubstr("404"));
  EXPECT_THAT(news[0]["error_message"].get<std::string>(), testing::Not(HasSubstr("hunter22")));
  EXPECT_THAT(news[1]["error_message"].get<std::string>(), HasSubstr("not a list of reports"));
  EXPECT_NE(news[0]["correlation_id"], news[1]["correlation_id"]);
  EXPECT_EQ(news[2], stored("u-1"));
}

TEST_F(ReportsTest, AStateThatCannotBeReadFetchesNothing) {
  folder.write("state.db", std::string(4096, 'x'));
  list({report("u-1", "a.csv", 100)});
  EXPECT_FALSE(run());
  ASSERT_EQ(news.size(), 1U);
  EXPECT_EQ(news[0]["error_type"], "Fatal Error");
  EXPECT_THAT(files.requests(), IsEmpty());
}

TEST_F(ReportsTest, AStopEndsAfterTheFileUnderWay) {
  list({report("u-1", "a.csv", 100), report("u-2", "b.csv", 200)});
  files.handle("GET", "/u-1", [this](const Received&) {
    stop.request_stop();
    return Answer{.body = "a"};
  });
  EXPECT_TRUE(run());
  EXPECT_EQ(told(), Names{"u-1"});
  EXPECT_EQ(state(), 100);
  EXPECT_EQ(fetched("u-2"), 0U);
}

TEST_F(ReportsTest, AFileThatAStopCutsOffIsNoFailure) {
  list({report("u-1", "a.csv", 100)});
  files.handle("GET", "/u-1", [this](const Received&) {
    stop.request_stop();
    return Answer{.status = 503};
  });
  EXPECT_TRUE(run());
  EXPECT_THAT(news, IsEmpty());
  EXPECT_EQ(state(), 0);
  EXPECT_THAT(stored_names(), IsEmpty());
}

TEST_F(ReportsTest, TestmodePrintsAndDoesNothingElse) {
  fs::remove(configuration.folder);
  testmode = true;
  configuration.data_sources = {source, {"dashboards", "d-1"}};
  cloud.on("GET", "/api/v3/media_storage",
           {{.body = to_text(Json::array({report("u-1", "a.csv", 1700000000), report("u-2", "../b.csv", 1700000001)}))},
            {.status = 404}});
  testing::internal::CaptureStdout();
  const bool succeeded = run();
  const std::string output = testing::internal::GetCapturedStdout();
  EXPECT_FALSE(succeeded) << "a name and a listing";
  EXPECT_EQ(output,
            "section [managed_reports.68] would store " + configuration.folder.string() + "/20231114221320_a.csv\n");
  EXPECT_THAT(portions(), IsEmpty());
  EXPECT_THAT(files.requests(), IsEmpty());
  EXPECT_FALSE(fs::exists(configuration.folder));
  EXPECT_FALSE(fs::exists(state_file));

  configuration.data_sources = {source};
  ReportState(state_file).advance(source, 1699999999);
  list({report("u-0", "old.csv", 1699999999)});
  testing::internal::CaptureStdout();
  EXPECT_TRUE(run());
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
}

// The folder

TEST_F(ReportsTest, SymbolicLinksAreNotFollowed) {
  const std::string outside = folder.write("outside.txt", "untouched");
  const fs::path exports = configuration.folder;
  fs::create_symlink(outside, exports / "19700101000140_a.csv");
  fs::create_symlink(outside, exports / ".19700101000140_a.csv.part");
  list({report("u-1", "a.csv", 100)});
  files.on("GET", "/u-1", {{.body = "a"}});
  EXPECT_FALSE(run());
  fs::remove(exports / "19700101000140_a.csv");
  EXPECT_TRUE(run());
  EXPECT_EQ(folder.read("outside.txt"), "untouched");
  EXPECT_EQ(stored_names(), Names{"19700101000140_a.csv"});
  EXPECT_FALSE(fs::is_symlink(exports / "19700101000140_a.csv"));
  EXPECT_EQ(content("19700101000140_a.csv"), "a");
}

TEST_F(ReportsTest, HardLinksAreNotWrittenThrough) {
  const std::string outside = folder.write("outside.txt", "untouched");
  fs::create_hard_link(outside, configuration.folder / ".19700101000140_a.csv.part");
  list({report("u-1", "a.csv", 100)});
  files.on("GET", "/u-1", {{.body = "a"}});
  EXPECT_TRUE(run());
  EXPECT_EQ(folder.read("outside.txt"), "untouched");
  EXPECT_EQ(content("19700101000140_a.csv"), "a");
}

TEST(ReportFile, WhatAKilledRunHasLeftIsReplaced) {
  const TemporaryFolder folder;
  folder.write(".a.csv.part", "half of something longer");
  {
    ReportFile file(folder.path(), "a.csv");
    file.write("whole");
    file.complete();
  }
  EXPECT_EQ(folder.read("a.csv"), "whole");
  EXPECT_FALSE(fs::exists(folder.file(".a.csv.part")));
  ASSERT_EQ(::mkfifo(folder.file(".b.csv.part").c_str(), 0600), 0);
  ReportFile(folder.path(), "b.csv").complete();
  EXPECT_TRUE(fs::is_regular_file(folder.file("b.csv")));
}

TEST(ReportFile, AFileThatAnotherSyncIsWritingIsLeftAlone) {
  const TemporaryFolder folder;
  ReportFile first(folder.path(), "a.csv");
  first.write("first");
  EXPECT_THROW(ReportFile(folder.path(), "a.csv"), std::system_error);
  first.complete();
  EXPECT_EQ(folder.read("a.csv"), "first");
  ReportFile(folder.path(), "a.csv").complete();
  EXPECT_EQ(folder.read("a.csv"), "");
}

TEST(ReportFile, IsGoneUnlessCompleted) {
  const TemporaryFolder folder;
  { ReportFile(folder.path(), "a.csv").write("half"); }
  EXPECT_TRUE(fs::is_empty(folder.path()));
  ReportFile file(folder.path(), "a.csv");
  file.write("first");
  file.restart();
  file.write("2nd");
  file.complete();
  EXPECT_EQ(folder.read("a.csv"), "2nd");
}

}  // namespace connector::integration::reports_test
