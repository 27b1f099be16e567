// Where the system gives no more threads, a section or a sync ends with an error that says so.
#include <gmock/gmock.h>

#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "commands/program_test.h"

namespace connector::test::thread_limit_test {

namespace fs = std::filesystem;

using testing::HasSubstr;
using testing::Lt;

class ThreadLimit : public ProgramTest {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "the limit is of a user of its own, whom only root can become";
    if (std::system("command -v setpriv prlimit >/dev/null") != 0) GTEST_SKIP() << "needs setpriv and prlimit";
    fs::permissions(folder.path(), fs::perms::all);
  }

  /// By a user that nobody else is, with so many threads of all its processes.
  Process start_with(int threads, const std::vector<std::string>& arguments) const {
    for (const char* file : {"stdout", "stderr"}) fs::remove(folder.file(file));
    return start_by(fmt::format(R"(rm -rf undelivered portions *.lock state.db; )"
                                R"(exec setpriv --reuid=54321 --regid=54321 --clear-groups prlimit --nproc={0}:{0} )"
                                R"("$0" "$@" >stdout 2>stderr)",
                                threads),
                    arguments);
  }
};

TEST_F(ThreadLimit, IsAnErrorOfAnUpload) {
  configure(csv_section("recordfilter = return True\n"));
  write_assets(500);
  for (int threads = 1; threads <= 8; ++threads) {
    const int exit_code = end_of(start_with(threads, {"upload", "csv_assets"}));
    EXPECT_THAT(exit_code, Lt(3)) << threads << output();
    if (exit_code != 0) {
      EXPECT_THAT(output(), HasSubstr("no more threads can be started")) << threads;
    }
  }
}

TEST_F(ThreadLimit, IsAnErrorOfASync) {
  for (int threads = 2; threads <= 8; ++threads) {
    const std::string id = std::to_string(threads);
    Json configuration = {
        {"id", id},
        {"name", "limited"},
        {"type", "assets"},
        {"sync_field", "SERIAL"},
        {"saas_authorization", {{"headers", {{"X-Key", "made-up-key"}}}}},
        {"list_behavior", {{"url", oomnitza.url()}, {"http_method", "GET"}, {"result", "{{ 1 + 1 }}"}}}};
    configure("");
    oomnitza.cloud().managed().set_configuration(id, configuration);
    Process process = start_with(threads, {"managed"});
    const auto has_tried = [&] {
      return output().find("sync failed") != std::string::npos ||
             output().find("no more threads can be started") != std::string::npos;
    };
    wait_until(has_tried);
    process.send_signal(SIGTERM);
    EXPECT_THAT(end_of(std::move(process)), Lt(3)) << threads << output();
  }
}

}  // namespace connector::test::thread_limit_test
