// upload --parallel: several sections at the same time.
#include <gmock/gmock.h>

#include "commands/program_test.h"
#include "simulator/answers.h"

namespace connector::test::parallel_sections_test {

using testing::SizeIs;

using ParallelSections = ProgramTest;

/// Sources that answer once so many of them are asked.
class MeetingSources {
 public:
  explicit MeetingSources(int expected)
      : server_({}, [this, expected](const simulator::Request& request) {
          meeting.join(expected);
          const std::string serial = request.header("authorization");
          return simulator::json_answer(
              {{"results", {{{"serial", serial.substr(serial.find(' ') + 1)}}}}, {"next", nullptr}});
        }) {}

  std::vector<std::string> names(int count) const {
    std::vector<std::string> names;
    for (int i = 0; i < count; ++i) names.push_back(fmt::format("netbox.n{}", i));
    return names;
  }

  std::string sections(int count) const {
    std::string text;
    for (int i = 0; i < count; ++i) {
      text += fmt::format(
          "[netbox.n{}]\nenable = True\nurl = {}\nauth_token = token-{}\nsync_field = SERIAL\nuse_server_map = "
          "False\nmapping.SERIAL = serial\n",
          i, server_.url(), i);
    }
    return text;
  }

  Meeting meeting;

 private:
  simulator::HttpServer server_;
};

TEST_F(ParallelSections, RunOneAfterTheOtherUnlessItSaysOtherwise) {
  MeetingSources sources(1);
  configure(sources.sections(5));
  EXPECT_EQ(run({"upload", "netbox.n3", "netbox.n0", "netbox.n4", "netbox.n1"}), 0) << output();
  EXPECT_EQ(sources.meeting.most(), 1);
  EXPECT_EQ(sent(), (std::vector<std::string>{"token-3", "token-0", "token-4", "token-1"}));
}

TEST_F(ParallelSections, RunAtTheSameTime) {
  MeetingSources sources(3);
  configure(sources.sections(5));
  std::vector<std::string> arguments = sources.names(5);
  arguments.insert(arguments.begin(), {"upload", "--parallel", "3"});
  EXPECT_EQ(run(arguments), 0) << output();
  EXPECT_EQ(sources.meeting.most(), 3);
  EXPECT_THAT(oomnitza.cloud().portions(), SizeIs(5));
  EXPECT_THAT(sent(), SizeIs(5));
}

TEST_F(ParallelSections, KeepTheFailureOfOne) {
  MeetingSources sources(1);
  configure(sources.sections(3) + csv_section());
  EXPECT_EQ(run({"upload", "--parallel", "4", "netbox.n0", "csv_assets", "netbox.n1", "netbox.n2"}), 2) << output();
  EXPECT_THAT(sent(), SizeIs(3));
}

TEST_F(ParallelSections, NeedNoMoreDescriptorsThanThoseThatRun) {
  MeetingSources sources(1);
  configure(sources.sections(200));
  std::string command = "ulimit -n 64; exec \"$0\" upload --singleton 0 --parallel 4";
  for (const std::string& name : sources.names(200)) command += " " + name;
  Process process({.command = {"/bin/sh", "-c", command, CONNECTOR_PROGRAM},
                   .folder = folder.path(),
                   .output = folder.file("stdout")});
  EXPECT_EQ(end_of(std::move(process)), 0) << output().substr(0, 10000);
  EXPECT_THAT(sent(), SizeIs(200));
}

}  // namespace connector::test::parallel_sections_test
