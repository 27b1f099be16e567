// The program as a process: descriptors, signals, locks, limits, files that it finds.
#include <gmock/gmock.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <regex>

#include "commands/program_test.h"

namespace connector::test::process_test {

namespace fs = std::filesystem;

using testing::AllOf;
using testing::AnyOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr const char* usual = R"(exec "$0" "$@" >stdout 2>stderr)";

class ProcessTest : public ProgramTest {
 protected:
  /// An upload that ends only when it is told to, and has begun to deliver.
  Process start_endless(const EndlessSource& source, const std::string& shell = usual) {
    configure(source.section());
    Process process = start_by(shell, {"upload", "netbox"});
    wait_until([&] { return oomnitza.cloud().traffic().payloads >= 1; });
    return process;
  }

  /// The program's memory is private, so only who may look into any process sees its descriptors.
  static bool shows_descriptors(const Process& process) {
    return ::access(("/proc/" + std::to_string(process.id()) + "/fd").c_str(), R_OK | X_OK) == 0;
  }

  Process start_managed(const std::string& sections = "", const std::vector<std::string>& words = {"managed"}) {
    configure(sections);
    Process process = start(words);
    wait_until([&] { return output().find("state folder") != std::string::npos || process.wait({}); });
    return process;
  }
};

TEST_F(ProcessTest, ClosedDescriptorsAreOpenedOnTheNullDevice) {
  const EndlessSource source;
  const Process process = start_endless(source, R"(exec "$0" "$@" <&- >&- 2>&-)");
  if (!shows_descriptors(process)) GTEST_SKIP() << "needs CAP_SYS_PTRACE";
  for (const char* descriptor : {"0", "1", "2"}) {
    EXPECT_EQ(fs::read_symlink("/proc/" + std::to_string(process.id()) + "/fd/" + descriptor), "/dev/null");
  }
}

TEST_F(ProcessTest, StartsWithoutTheLibrariesThatOnlySomeConfigurationsNeed) {
#if !defined(__x86_64__)
  GTEST_SKIP() << "libraries are linked as usual on this processor";
#endif
  run_by(R"(LD_TRACE_LOADED_OBJECTS=1 exec "$0" "$@" >stdout 2>stderr)", {"version"});
  const std::string loaded = folder.read("stdout");
  EXPECT_THAT(loaded, HasSubstr("libc.so"));
  for (const char* library : {"python", "ldap", "lber", "odbc", "secret", "glib", "sqlite", "curl", "crypto"}) {
    EXPECT_THAT(loaded, Not(HasSubstr("lib" + std::string(library))));
  }
}

TEST_F(ProcessTest, OutputThatCannotBeWrittenIsAnError) {
  EXPECT_EQ(run_by(R"(exec "$0" "$@" >/dev/full 2>stderr)", {"version"}), 2);
  EXPECT_THAT(folder.read("stderr"), HasSubstr("could be written to standard output"));
  configure(csv_section());
  write_assets(2);
  EXPECT_EQ(run_by(R"(exec "$0" "$@" >/dev/full 2>stderr)", {"upload", "csv_assets", "--testmode"}), 2);
  EXPECT_THAT(folder.read("stderr"), HasSubstr("could be written to standard output"));
}

TEST_F(ProcessTest, AHangupEndsAnUpload) {
  const EndlessSource source;
  Process process = start_endless(source);
  process.send_signal(SIGHUP);
  EXPECT_EQ(end_of(std::move(process)), 2) << output();
  EXPECT_THAT(output(), HasSubstr("interrupted"));
  EXPECT_EQ(oomnitza.cloud().portions().front().finalized, 1U);
}

TEST_F(ProcessTest, AHangupThatNohupIgnoresIsIgnored) {
  const EndlessSource source;
  Process process = start_endless(source, std::string("trap '' HUP; ") + usual);
  process.send_signal(SIGHUP);
  const std::size_t before = oomnitza.cloud().traffic().payloads;
  wait_until([&] { return oomnitza.cloud().traffic().payloads > before + 10; });
  EXPECT_EQ(process.wait({}), std::nullopt) << output();
}

TEST_F(ProcessTest, AHangupReopensTheLogsOfManagedMode) {
  folder.write("logging.json", R"({"handlers": {"file": {"class": "logging.FileHandler", "filename": "own.log"}},
                                   "root": {"handlers": ["file"], "level": "DEBUG"}})");
  configure("");
  Process process = start({"managed"});
  wait_until([&] { return folder.read("own.log").find("check_managed") != std::string::npos; });
  fs::rename(folder.file("own.log"), folder.file("own.log.1"));
  process.send_signal(SIGHUP);
  wait_until([&] { return fs::exists(folder.file("own.log")) || process.wait({}); });
  EXPECT_TRUE(fs::exists(folder.file("own.log"))) << "before the next line is written";
  process.send_signal(SIGTERM);
  EXPECT_EQ(end_of(std::move(process)), 0) << "neither SIGHUP nor SIGTERM is a failure";
}

TEST_F(ProcessTest, ATerminationDeliveredTwiceIsOne) {
  const EndlessSource source;
  Process process = start_endless(source);
  process.send_signal(SIGTERM);
  process.send_signal(SIGTERM);
  EXPECT_EQ(end_of(std::move(process)), 2) << output();
  EXPECT_EQ(oomnitza.cloud().portions().front().finalized, 1U) << output();
}

TEST_F(ProcessTest, AnotherSignalEndsAtOnce) {
  oomnitza.faults().add({.method = "POST", .path = "/api/v3/bulk/", .status = 200, .delay = std::chrono::seconds(30)});
  const EndlessSource source;
  Process process = start_endless(source);
  process.send_signal(SIGTERM);
  process.send_signal(SIGINT);
  EXPECT_EQ(end_of(std::move(process)), 2) << output();
  EXPECT_THAT(output(), Not(HasSubstr("sync ended")));
}

TEST_F(ProcessTest, ASectionRunsOnceAtATime) {
  const EndlessSource source;
  Process first = start_endless(source);
  const std::string by = "netbox is being run by process " + std::to_string(first.id());
  EXPECT_EQ(run_by(R"(exec "$0" "$@" >other 2>&1)", {"upload", "netbox", "--record-count", "1"}), 3);
  EXPECT_THAT(folder.read("other"), HasSubstr(by));
  EXPECT_EQ(run_by(R"(exec "$0" "$@" >other 2>&1)", {"upload", "netbox", "--record-count", "1", "--singleton", "0"}), 0)
      << folder.read("other");
  first.send_signal(SIGKILL);
  EXPECT_EQ(end_of(std::move(first)), 128 + SIGKILL);
  EXPECT_EQ(run({"upload", "netbox", "--record-count", "1"}), 0) << "no lock is left behind\n" << output();
  EXPECT_FALSE(fs::exists(folder.path() / "netbox.lock"));
}

TEST_F(ProcessTest, ManagedModeRunsOnceAtATime) {
  Process first = start_managed();
  wait_until([&] { return fs::exists(folder.path() / "managed.lock"); });
  EXPECT_EQ(run_by(R"(exec "$0" "$@" >other 2>&1)", {"managed"}), 3);
  EXPECT_THAT(folder.read("other"), HasSubstr("managed is being run by process"));
}

TEST_F(ProcessTest, AStateFolderThatCannotBeWrittenIsFoundAtTheStart) {
  configure(csv_section());
  write_assets(1);
  folder.write("file", "in the way");
  for (const std::vector<std::string>& words : {std::vector<std::string>{"upload", "csv_assets"}, {"managed"}}) {
    std::vector<std::string> arguments = words;
    arguments.insert(arguments.end(), {"--state-dir", "file/state"});
    EXPECT_EQ(run(arguments), 1) << output();
    EXPECT_THAT(output(), HasSubstr("cannot keep payloads in " + folder.file("file/state")));
  }
  EXPECT_THAT(oomnitza.cloud().portions(), IsEmpty());
}

// Which limit is met where depends on the libraries; the first connection takes the most.
TEST_F(ProcessTest, ALimitOfOpenFilesIsNamed) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "UndefinedBehaviorSanitizer checks memory through a pipe of its own: without descriptors it fails";
#endif
  configure(csv_section());
  write_assets(1);
  std::string outputs;
  for (int limit = 5; limit < 12; ++limit) {
    const std::string shell = "exec >stdout 2>stderr 3>&- 4>&- 5>&- 6>&- 7>&- 8>&-; ulimit -n " +
                              std::to_string(limit) + R"(; exec "$0" "$@")";
    if (run_by(shell, {"upload", "csv_assets", "--no-retry"}) != 0) outputs += output();
  }
  EXPECT_THAT(outputs, HasSubstr("limit of open files"));
}

// Root has no limit of processes, so it runs as nobody.
TEST_F(ProcessTest, ALimitOfThreadsIsNamedAndEndsTheSection) {
  if (::getuid() != 0) GTEST_SKIP() << "only root can become nobody";
  configure(csv_section());
  write_assets(300);
  fs::permissions(folder.path(), fs::perms::all);
  for (int limit = 1; limit < 12; ++limit) {
    const std::string as_nobody = "exec setpriv --reuid=65534 --clear-groups prlimit --nproc=" + std::to_string(limit) +
                                  R"( -- "$0" "$@" >stdout 2>stderr)";
    const int exit_code = run_by(as_nobody, {"upload", "csv_assets"});
    ASSERT_LT(exit_code, 128) << "limit " << limit << ": " << output();
    if (exit_code != 0) {
      EXPECT_THAT(output(), HasSubstr("no more threads")) << "limit " << limit;
    }
  }
}

TEST_F(ProcessTest, TheFirstLineSaysWhatRunsWithWhat) {
  configure(csv_section());
  write_assets(1);
  EXPECT_EQ(run({"upload", "csv_assets"}), 0) << output();
  const std::string all = output();
  const std::string line = all.substr(0, all.find('\n', all.find("INFO")));
  EXPECT_THAT(line, AllOf(HasSubstr("connector 1.0.0 (protocol 2026.08.1)"), HasSubstr(folder.file("config.ini")),
                          HasSubstr("sections: csv_assets"), HasSubstr("Oomnitza " + oomnitza.url()),
                          HasSubstr("state folder " + folder.path().string())));
}

TEST_F(ProcessTest, SecretsThatOthersCanReadAreWarnedAboutOnce) {
  configure(csv_section());
  write_assets(1);
  const std::string warning = "every user of this machine can read it";
  fs::permissions(folder.path() / "config.ini", fs::perms(0644));
  EXPECT_EQ(run({"upload", "csv_assets"}), 0);
  const std::string text = output();
  ASSERT_NE(text.find(warning), std::string::npos) << text;
  EXPECT_EQ(text.find(warning, text.find(warning) + 1), std::string::npos) << text;
  fs::permissions(folder.path() / "config.ini", fs::perms(0640));
  EXPECT_EQ(run({"upload", "csv_assets"}), 0);
  EXPECT_THAT(output(), Not(HasSubstr(warning)));
}

TEST_F(ProcessTest, ConfigIniIsLookedForInTheUsersFolder) {
  configure(csv_section());
  write_assets(1);
  fs::create_directories(folder.path() / "home/.config/connector");
  fs::rename(folder.path() / "config.ini", folder.path() / "home/.config/connector/config.ini");
  EXPECT_EQ(run_by(std::string("HOME=$PWD/home XDG_CONFIG_HOME= ") + usual, {"upload", "csv_assets"}), 0) << output();
  fs::rename(folder.path() / "home/.config", folder.path() / "xdg");
  EXPECT_EQ(run_by(std::string("XDG_CONFIG_HOME=$PWD/xdg ") + usual, {"upload", "csv_assets"}), 0) << output();
  EXPECT_EQ(run_by(std::string("HOME=$PWD XDG_CONFIG_HOME=$PWD ") + usual, {"upload", "csv_assets"}), 1);
  EXPECT_THAT(output(), HasSubstr("/etc/connector"));
}

TEST_F(ProcessTest, WordsBehindManagedNameIntegrations) {
  configure(csv_section("[managed.12]\n"));
  EXPECT_EQ(run({"managed", "managed.21"}), 1);
  EXPECT_THAT(output(), HasSubstr("no integration \"managed.21\""));
  EXPECT_THAT(output(), HasSubstr("did you mean \"managed.12\"?"));
  EXPECT_EQ(run({"managed", "csv_assets"}), 1);
  EXPECT_THAT(output(), HasSubstr("connector upload csv_assets runs it"));
  EXPECT_EQ(run({"upload", "managed.12"}), 1);
  EXPECT_THAT(output(), HasSubstr("connector managed managed.12 waits for that"));
}

TEST_F(ProcessTest, FaultsOnTheWayToOomnitzaAreToldAtOnceAndNeedNotBeRepeated) {
  folder.write("config.ini", "[oomnitza]\nurl = http://no-such-host.invalid\napi_token = x\n\n" + csv_section());
  write_assets(1);
  EXPECT_EQ(run({"upload", "csv_assets", "--no-retry"}), 1) << output();
  EXPECT_THAT(output(), AllOf(HasSubstr("no-such-host.invalid"), Not(HasSubstr("retry "))));
  Process process = start({"upload", "csv_assets"});
  wait_until([&] { return std::regex_search(output(), std::regex("WARNING - .*; retry 2 of 10 in 1 s")); });
  process.send_signal(SIGTERM);
  EXPECT_EQ(end_of(std::move(process)), 1) << output();
}

TEST_F(ProcessTest, ANameThatIsNotKnownIsNotGuessedSilently) {
  configure(csv_section("filenam = x\n"));
  write_assets(1);
  EXPECT_EQ(run({"upload", "csv_asets"}), 1);
  EXPECT_THAT(output(), HasSubstr("did you mean \"csv_assets\"?"));
  EXPECT_EQ(run({"upload", "csv_assets"}), 0);
  EXPECT_THAT(output(), HasSubstr("did you mean \"filename\"?"));
  configure(csv_section("mapping.SERIAL = {\"source\": \"Serial\", \"converter\": \"capitalise\"}\n"));
  EXPECT_EQ(run({"upload", "csv_assets"}), 1);
  EXPECT_THAT(output(), HasSubstr("did you mean \"capitalize\"?"));
}

TEST_F(ProcessTest, GeneratedFilesReplaceNone) {
  folder.write("config.ini", "mine");
  EXPECT_EQ(run({"generate-ini"}), 0);
  EXPECT_THAT(output(), HasSubstr("kept as " + folder.file("config.ini.bak") + "\n"));
  EXPECT_EQ(run({"generate-ini"}), 0);
  EXPECT_THAT(output(), HasSubstr("kept as " + folder.file("config.ini.bak.1") + "\n"));
  EXPECT_EQ(folder.read("config.ini.bak"), "mine");
}

TEST_F(ProcessTest, HelpAndVersionGoToStandardOutput) {
  EXPECT_EQ(run({"--help"}), 0);
  EXPECT_THAT(folder.read("stdout"), HasSubstr("generate-ini"));
  EXPECT_THAT(folder.read("stderr"), IsEmpty());
  EXPECT_EQ(run({"upload", "--help"}), 0);
  EXPECT_THAT(folder.read("stdout"), AllOf(HasSubstr("--record-count"), Not(HasSubstr("generate-ini"))));
  for (const char* word : {"version", "--version", "-V"}) {
    EXPECT_EQ(run({word}), 0);
    EXPECT_THAT(folder.read("stdout"), HasSubstr("2026.08.1"));
  }
}

}  // namespace connector::test::process_test
