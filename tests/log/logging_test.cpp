#include "log/logging.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <stdlib.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <string>
#include <thread>
#include <vector>

#include "connector/connector.h"
#include "connector/error.h"
#include "platform/descriptor_posix.h"

namespace connector::logging_test {

namespace fs = std::filesystem;

// A secret cannot be written into a log line by mistake: it does not compile.
static_assert(!fmt::is_formattable<Secret>::value);
static_assert(fmt::is_formattable<std::string>::value);

/// A folder with a logging.json; the program's lines are read from the files that it names, or from a stream.
class LoggingTest : public testing::Test {
 protected:
  fs::path folder;

  const fs::path before = fs::current_path();

  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "logging-XXXXXX").string();
    folder = ::mkdtemp(name.data());
    fs::current_path(folder);
  }
  void TearDown() override {
    fs::current_path(before);
    fs::remove_all(folder);
  }

  Logging logging(const std::string& configuration, bool stdout_is_result = false) const {
    std::ofstream(folder / "logging.json") << configuration;
    return Logging({.file = folder / "logging.json", .stdout_is_result = stdout_is_result});
  }

  /// Everything goes to out.log as "NAME LEVEL MESSAGE".
  static std::string to_file(const std::string& loggers) {
    return R"({"formatters": {"f": {"format": "%(name)s %(levelname)s %(message)s"}},
               "handlers": {"file": {"class": "logging.FileHandler", "filename": "out.log", "formatter": "f"}},
               )" +
           loggers + "}";
  }

  std::string content(const std::string& name) const {
    std::ifstream stream(folder / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }
};

TEST_F(LoggingTest, NamedFileIsMissing) {
  try {
    Logging({.file = folder / "none.json"});
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_NE(std::string(error.what()).find("none.json"), std::string::npos);
  }
}

TEST_F(LoggingTest, NoJsonObject) {
  for (const std::string text : {"[]", "42", "{", "", "{\"a\": NaN}"}) EXPECT_THROW(logging(text), ConfigError) << text;
}

TEST_F(LoggingTest, WithoutAFileInfoGoesToStderr) {
  testing::internal::CaptureStderr();
  const Logging logging(LoggingChoice{});
  const Log log = logging.logger("connectors/netbox");
  log.debug("hidden");
  log.info("shown {}", 1);
  const std::regex line(R"(connectors/netbox: \d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} - INFO - shown 1\n)");
  const std::string written = testing::internal::GetCapturedStderr();
  EXPECT_TRUE(std::regex_match(written, line)) << written;
}

TEST_F(LoggingTest, FormatWithPaddingDateAndPercent) {
  const Logging logging = this->logging(
      R"({"formatters": {"f": {"format": "[%(levelname)-8s|%(name)12s|%(message).3s] 100%% %(process)d %(thread)d %(lineno)d %(asctime)s",
                               "datefmt": "at %Y"}},
          "handlers": {"file": {"class": "logging.FileHandler", "filename": "out.log", "formatter": "f"}},
          "root": {"handlers": ["file"]}})");
  logging.logger("connector").warning("message");
  EXPECT_TRUE(std::regex_match(content("out.log"), std::regex(R"(\[WARNING \|   connector\|mes\] 100% )" +
                                                              std::to_string(::getpid()) + R"( \d+  at \d{4}\n)")))
      << content("out.log");
}

TEST_F(LoggingTest, WidthsAndPrecisionsCountCharacters) {
  const Logging logging = this->logging(
      R"({"formatters": {"f": {"format": "[%(message)-6s|%(message)6s|%(message).3s]"}},
          "handlers": {"file": {"class": "logging.FileHandler", "filename": "out.log", "formatter": "f"}},
          "root": {"handlers": ["file"]}})");
  logging.logger("connector").warning("Київ");
  EXPECT_EQ(content("out.log"), "[Київ  |  Київ|Киї]\n");
}

TEST_F(LoggingTest, NumbersHaveTheSignsOfPython) {
  const Logging logging = this->logging(
      R"({"formatters": {"f": {"format": "%(process)+d|%(process) d|%(process)+012d|%(process)-12d|%(process).12d|%(process)+s"}},
          "handlers": {"file": {"class": "logging.FileHandler", "filename": "out.log", "formatter": "f"}},
          "root": {"handlers": ["file"]}})");
  logging.logger("connector").warning("");
  const std::string number = std::to_string(::getpid());
  const auto zeros = [&](std::size_t width) { return std::string(width - number.size(), '0') + number; };
  EXPECT_EQ(content("out.log"), "+" + number + "| " + number + "|+" + zeros(11) + "|" + number +
                                    std::string(12 - number.size(), ' ') + "|" + zeros(12) + "|" + number + "\n");
}

TEST_F(LoggingTest, DatesMayBeLong) {
  const std::string text(300, 'x');
  const Logging logging =
      this->logging(R"({"formatters": {"f": {"format": "%(asctime)s", "datefmt": ")" + text + R"(%%"}},
          "handlers": {"file": {"class": "logging.FileHandler", "filename": "out.log", "formatter": "f"}},
          "root": {"handlers": ["file"]}})");
  logging.logger("connector").warning("");
  EXPECT_EQ(content("out.log"), text + "%\n");
}

TEST_F(LoggingTest, FilesHaveTheirEncoding) {
  const Logging logging = this->logging(
      R"({"formatters": {"f": {"format": "%(message)s"}},
          "handlers": {"file": {"class": "logging.FileHandler", "filename": "out.log", "formatter": "f",
                                "encoding": "cp1251"}},
          "root": {"handlers": ["file"]}})");
  logging.logger("connector").warning("Київ ☺");
  EXPECT_EQ(content("out.log"), "\xCA\xE8\xBF\xE2 ?\n");
}

TEST_F(LoggingTest, ALogThatCannotBeWrittenIsToldOnce) {
  const Logging logging = this->logging(
      R"({"handlers": {"file": {"class": "logging.FileHandler", "filename": "/dev/full"}},
          "root": {"handlers": ["file"]}})");
  testing::internal::CaptureStderr();
  logging.logger("connector").warning("a");
  logging.logger("connectors/oomnitza").warning("b");
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "connector: lines of the log are lost: cannot write /dev/full: No space left on device\n");
}

TEST_F(LoggingTest, FilesHaveOneByteOrderMark) {
  using namespace std::string_literals;
  const Logging logging = this->logging(
      R"({"formatters": {"f": {"format": "%(message)s"}},
          "handlers": {"file": {"class": "logging.FileHandler", "filename": "out.log", "formatter": "f",
                                "encoding": "utf-16"}},
          "root": {"handlers": ["file"]}})");
  logging.logger("connector").warning("a");
  logging.logger("connector").warning("b");
  EXPECT_EQ(content("out.log"), "\xFF\xFE"s + "a\0\n\0b\0\n\0"s);
}

TEST_F(LoggingTest, LinesCanBeJson) {
  const std::string configuration = to_file(R"("root": {"handlers": ["file"]})");
  std::ofstream(folder / "logging.json") << configuration;
  const Logging logging({.file = folder / "logging.json", .json_lines = true});
  logging.logger("connector").warning("a \"b\"\nc");
  const Json line = parse_json(content("out.log"));
  EXPECT_EQ(line["level"], "WARNING");
  EXPECT_EQ(line["logger"], "connector");
  EXPECT_EQ(line["message"], "a \"b\"\n    c");
  EXPECT_TRUE(
      std::regex_match(line["time"].get<std::string>(), std::regex(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)")));
}

TEST_F(LoggingTest, FormatterClassesThatAreNotKnownAreWarnedAbout) {
  const Logging logging = this->logging(R"json({
    "formatters": {"f": {"()": "acme.Formatter", "format": "%(message)s"},
                   "g": {"class": "logging.Formatter", "format": "%(message)s"},
                   "j": {"()": "pythonjsonlogger.jsonlogger.JsonFormatter"}},
    "handlers": {"file": {"class": "logging.FileHandler", "filename": "out.log", "formatter": "f"},
                 "json": {"class": "logging.FileHandler", "filename": "json.log", "formatter": "j"}},
    "root": {"handlers": ["file", "json"]}})json");
  logging.logger("connector").error("goes on");
  EXPECT_EQ(content("out.log"),
            "logging, formatter f: its class \"acme.Formatter\" is not known, logging.Formatter takes its place\n"
            "goes on\n");
  EXPECT_EQ(content("json.log").front(), '{');
}

TEST_F(LoggingTest, SyslogGetsPriorities) {
  const fs::path socket = folder / "syslog";
  const Descriptor daemon(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  socket.native().copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(daemon.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  const Logging logging = this->logging(
      R"({"formatters": {"f": {"format": "connector: %(message)s"}},
          "handlers": {"s": {"class": "logging.handlers.SysLogHandler", "address": ")" +
      socket.string() +
      R"(", "facility": "local0", "formatter": "f"}},
          "root": {"handlers": ["s"]}})");
  logging.logger("connector").error("one");
  std::array<char, 100> received{};
  const ssize_t size = ::recv(daemon.number(), received.data(), received.size(), 0);
  EXPECT_EQ(std::string(received.data(), static_cast<std::size_t>(size)), "<131>connector: one");
}

TEST_F(LoggingTest, StreamsCanBeQuietOrLoudWhateverTheFileSays) {
  const std::string configuration =
      R"({"formatters": {"f": {"format": "%(message)s"}},
          "handlers": {"err": {"class": "logging.StreamHandler", "level": "INFO", "formatter": "f"},
                       "file": {"class": "logging.FileHandler", "level": "INFO", "filename": "out.log", "formatter": "f"}},
          "root": {"level": "INFO", "handlers": ["err", "file"]}})";
  std::ofstream(folder / "logging.json") << configuration;
  for (const auto& [level, expected] : {std::pair(Level::warning, "3\n"), std::pair(Level::debug, "1\n2\n3\n")}) {
    testing::internal::CaptureStderr();
    const Logging logging({.file = folder / "logging.json", .level_of_streams = level});
    logging.logger("connector").debug("1");
    logging.logger("connector").info("2");
    logging.logger("connector").warning("3");
    EXPECT_EQ(testing::internal::GetCapturedStderr(), expected);
  }
  EXPECT_EQ(content("out.log"), "2\n3\n2\n3\n");
}

TEST_F(LoggingTest, LevelsAsNamesAndNumbers) {
  const Logging logging = this->logging(to_file(
      R"("root": {"level": 21, "handlers": ["file"]},
         "loggers": {"a": {"level": "DEBUG"}, "b": {"level": "ERROR"}, "c": {"level": "NOTSET"}})"));
  for (const std::string name : {"a", "b", "c", "d"}) {
    const Log log = logging.logger(name);
    log.debug("");
    log.info("");
    log.warning("");
    log.error("");
    log.write(Level::critical, "{}", "");
  }
  EXPECT_EQ(content("out.log"),
            "a DEBUG \na INFO \na WARNING \na ERROR \na CRITICAL \nb ERROR \nb CRITICAL \n"
            "c WARNING \nc ERROR \nc CRITICAL \nd WARNING \nd ERROR \nd CRITICAL \n");
}

TEST_F(LoggingTest, RootWithoutLevelLetsWarningsPass) {
  const Logging logging = this->logging(to_file(R"("root": {"handlers": ["file"]})"));
  logging.logger("connector").info("no");
  logging.logger("connector").warning("yes");
  EXPECT_EQ(content("out.log"), "connector WARNING yes\n");
}

TEST_F(LoggingTest, HandlersAboveAreAskedWhilePropagateIsTrue) {
  const Logging logging = this->logging(
      R"({"formatters": {"f": {"format": "%(name)s"}},
          "handlers": {"root": {"class": "logging.FileHandler", "filename": "root.log", "formatter": "f"},
                       "own": {"class": "logging.FileHandler", "filename": "own.log", "formatter": "f"},
                       "errors": {"class": "logging.FileHandler", "filename": "errors.log", "formatter": "f",
                                  "level": "ERROR"}},
          "root": {"level": "ERROR", "handlers": ["root"]},
          "loggers": {"connectors/netbox": {"level": "INFO", "handlers": ["own", "errors"]},
                      "connectors": {"handlers": ["own"]},
                      "a": {"handlers": ["own"]}, "a.b": {"propagate": false, "handlers": ["root"]}}})");
  // The root's level does not hold back what a logger below let pass; '/' is no step of the hierarchy.
  logging.logger("connectors/netbox").info("");
  EXPECT_EQ(content("root.log"), "connectors/netbox\n");
  EXPECT_EQ(content("own.log"), "connectors/netbox\n");
  EXPECT_EQ(content("errors.log"), "");
  logging.logger("connectors/okta").error("");
  EXPECT_EQ(content("own.log"), "connectors/netbox\n");
  logging.logger("a.b.c").error("");
  EXPECT_EQ(content("root.log"), "connectors/netbox\nconnectors/okta\na.b.c\n");
  EXPECT_EQ(content("own.log"), "connectors/netbox\n");
  logging.logger("a.x").error("");
  EXPECT_EQ(content("own.log"), "connectors/netbox\na.x\n");
}

TEST_F(LoggingTest, LoggerWithoutNameIsTheRoot) {
  logging(to_file(R"("loggers": {"": {"level": "INFO", "handlers": ["file"]}})")).logger("connector").info("yes");
  EXPECT_EQ(content("out.log"), "connector INFO yes\n");
}

TEST_F(LoggingTest, StdoutUnlessItIsTheResult) {
  const std::string configuration =
      R"({"formatters": {"f": {"format": "%(message)s"}},
          "handlers": {"out": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": "f"}},
          "root": {"handlers": ["out"]}})";
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  logging(configuration).logger("connector").error("first");
  logging(configuration, true).logger("connector").error("second");
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "first\n");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "second\n");
}

TEST_F(LoggingTest, HandlersThatCannotBeHadAreWarnedAbout) {
  const Logging logging = this->logging(
      R"({"formatters": {"f": {"format": "%(message)s"}},
          "handlers": {"file": {"class": "logging.FileHandler", "filename": "out.log", "formatter": "f"},
                       "mail": {"class": "logging.handlers.SMTPHandler"},
                       "syslog": {"class": "logging.handlers.SysLogHandler", "address": "/no/such/socket"},
                       "odd": {"class": "logging.FileHandler", "filename": "odd.log", "encoding": "klingon"},
                       "slow": {"class": "logging.handlers.TimedRotatingFileHandler", "filename": "slow.log",
                                "when": "fortnight"},
                       "nowhere": {"class": "logging.FileHandler", "filename": "no/such/folder.log"},
                       "loud": {"class": "logging.StreamHandler", "level": "LOUD"},
                       "nothing": 5},
          "root": {"handlers": ["file", "mail", "syslog", "odd", "slow", "nowhere", "loud", "nothing", "unknown"]}})");
  logging.logger("connector").error("goes on");
  const std::string written = content("out.log");
  for (const std::string part : {"mail", "SMTPHandler", "/no/such/socket", "klingon", "fortnight", "nowhere",
                                 "folder.log", "LOUD", "nothing", "unknown"})
    EXPECT_NE(written.find(part), std::string::npos) << part << " in " << written;
  EXPECT_TRUE(written.ends_with("goes on\n"));
}

TEST_F(LoggingTest, OddShapesAreIgnored) {
  for (const std::string text :
       {R"({})", R"({"handlers": [1], "loggers": "x", "root": 5, "formatters": 7})",
        R"({"handlers": {"h": {"class": "logging.StreamHandler", "formatter": "none"}}, "root": {"handlers": "h"}})"})
    EXPECT_NO_THROW(logging(text).logger("connector").debug("x")) << text;
}

TEST_F(LoggingTest, WithoutAnyHandlerWarningsGoToStderr) {
  testing::internal::CaptureStderr();
  const Logging logging = this->logging(R"({"root": {"level": "DEBUG"}})");
  logging.logger("connector").info("no");
  logging.logger("connector").warning("yes");
  const std::string written = testing::internal::GetCapturedStderr();
  EXPECT_NE(written.find("yes"), std::string::npos);
  EXPECT_EQ(written.find("no\n"), std::string::npos);
}

TEST_F(LoggingTest, NullHandlerKeepsQuiet) {
  testing::internal::CaptureStderr();
  logging(R"({"handlers": {"n": {"class": "logging.NullHandler"}}, "root": {"handlers": ["n"]}})")
      .logger("connector")
      .error("x");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST_F(LoggingTest, FilesRotate) {
  for (const std::string type : {"logging.handlers.RotatingFileHandler", "lib.config.RotateHandler"}) {
    const Logging logging = this->logging(
        R"({"formatters": {"f": {"format": "%(message)s"}},
            "handlers": {"f": {"class": ")" +
        type + R"(", "filename": "f.log", "formatter": "f",
                               "maxBytes": 10, "backupCount": 2, "encoding": "utf8"}},
            "root": {"handlers": ["f"]}})");
    const Log log = logging.logger("connector");
    for (const std::string line : {"1234", "5678", "a", "a line longer than a file", "b", "c"}) log.error("{}", line);
    EXPECT_EQ(content("f.log"), "b\nc\n");
    EXPECT_EQ(content("f.log.1"), "a line longer than a file\n");
    EXPECT_EQ(content("f.log.2"), "a\n");
    EXPECT_FALSE(fs::exists(folder / "f.log.3"));
    EXPECT_EQ(fs::status(folder / "f.log").permissions(), fs::perms::owner_read | fs::perms::owner_write);
    for (const std::string name : {"f.log", "f.log.1", "f.log.2"}) fs::remove(folder / name);
  }
}

TEST_F(LoggingTest, AFileIsContinuedAndNotRotatedWithoutALimit) {
  std::ofstream(folder / "out.log") << "old\n";
  const std::string configuration =
      R"({"formatters": {"f": {"format": "%(message)s"}},
          "handlers": {"f": {"class": "logging.handlers.RotatingFileHandler", "filename": "out.log", "formatter": "f",
                             "maxBytes": 0, "backupCount": 2}},
          "root": {"handlers": ["f"]}})";
  logging(configuration).logger("connector").error("new");
  EXPECT_EQ(content("out.log"), "old\nnew\n");
}

TEST_F(LoggingTest, AFileRenamedBySomebodyElseIsOpenedAnew) {
  const Logging logging = this->logging(to_file(R"("root": {"handlers": ["file"]})"));
  const Log log = logging.logger("connector");
  log.error("1");
  fs::rename(folder / "out.log", folder / "old.log");
  log.error("2");
  EXPECT_EQ(content("old.log"), "connector ERROR 1\n");
  EXPECT_EQ(content("out.log"), "connector ERROR 2\n");
}

TEST_F(LoggingTest, HiddenTextsNeverAppear) {
  testing::internal::CaptureStderr();
  const Logging logging = this->logging(
      R"({"handlers": {"file": {"class": "logging.FileHandler", "filename": "out.log"},
                       "err": {"class": "logging.StreamHandler"}},
          "root": {"level": "DEBUG", "handlers": ["file", "err"]}})");
  const Log log = logging.logger("connectors/netbox");
  log.hide("s3cret");
  log.hide("s3cret-and-more");
  log.hide("abc");  // too short
  log.hide("päss");
  log.hide("two\nlines");
  const Log other = logging.logger("connectors/oomnitza");
  other.debug("s3cret s3crets3cret-and-more! abc päss two\nlines");
  const std::string stream = testing::internal::GetCapturedStderr();
  for (const std::string& written : {content("out.log"), stream}) {
    EXPECT_EQ(written.find("s3cret"), std::string::npos) << written;
    EXPECT_TRUE(written.ends_with("*** ******! abc *** ***\n")) << written;
  }
  EXPECT_EQ(other.redact("Token s3cret-and-more"), "Token ***");
}

TEST_F(LoggingTest, HidingAndWritingFromSeveralThreads) {
  const Logging logging = this->logging(to_file(R"("root": {"handlers": ["file"]})"));
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&, i] {
      const Log log = logging.logger("connector");
      for (int line = 0; line < 100; ++line) {
        log.hide(fmt::format("secret-{}-{}-", i, line));
        log.error("secret-{}-{}-", i, line);
      }
    });
  threads.clear();
  std::string expected;
  for (int i = 0; i < 400; ++i) expected += "connector ERROR ***\n";
  EXPECT_EQ(content("out.log"), expected);
}

TEST_F(LoggingTest, OneRecordCannotPassForTwo) {
  const Logging logging = this->logging(to_file(R"("root": {"handlers": ["file"]})"));
  logging.logger("connector").error("a\r\n{}\tb\x1b[2J\x7f", "connector ERROR forged");
  EXPECT_EQ(content("out.log"), "connector ERROR a\\x0d\n    connector ERROR forged\tb\\x1b[2J\\x7f\n");
}

TEST_F(LoggingTest, ShippedFile) {
  fs::copy_file(fs::path(SOURCE_FOLDER) / "config/logging.json", folder / "shipped.json");
  testing::internal::CaptureStderr();
  testing::internal::CaptureStdout();
  const Logging logging({.file = folder / "shipped.json"});
  const Log log = logging.logger("connectors/csv_assets");
  log.debug("one");
  log.info("two");
  log.error("three");
  const auto lines = [](const std::string& text) { return std::count(text.begin(), text.end(), '\n'); };
  EXPECT_EQ(lines(testing::internal::GetCapturedStderr()), 2);
  EXPECT_EQ(lines(testing::internal::GetCapturedStdout()), 0);
  EXPECT_EQ(lines(content("info.log")), 2);
  EXPECT_EQ(lines(content("errors.log")), 1);
}

TEST(ConnectorLoggerName, IsLowerCaseWithUnderscores) {
  EXPECT_EQ(connector_logger_name("CSV_assets"), "connectors/csv_assets");
  EXPECT_EQ(connector_logger_name("JSON-users"), "connectors/json_users");
}

}  // namespace connector::logging_test
