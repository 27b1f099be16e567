// What a terminal shows: the program runs on a pseudo-terminal, which script(1) opens.
#include <gmock/gmock.h>

#include "commands/program_test.h"

namespace connector::test::terminal_test {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::Not;

class TerminalTest : public ProgramTest {
 protected:
  /// Runs an upload; what the terminal got. Oomnitza takes its time, so that there is progress to show.
  std::string shown(const std::string& arguments, const std::string& terminal = "xterm") {
    configure(csv_section());
    write_assets(250);
    oomnitza.faults().add(
        {.method = "POST", .path = "/api/v3/bulk", .status = 200, .delay = std::chrono::milliseconds(900)});
    const std::string shell = "chmod 600 config.ini; export TERM=" + terminal +
                              R"(; exec script -qefc "stty cols 60; $0 upload csv_assets )" + arguments +
                              R"(" typescript >/dev/null </dev/null)";
    EXPECT_EQ(run_by(shell, {}), 0) << folder.read("typescript");
    const std::string text = folder.read("typescript");
    const std::size_t begin = text.find('\n') + 1;  // "Script started on …"
    return text.substr(begin, text.rfind("\nScript done on") - begin);
  }

  static constexpr const char* erased = "\r\x1b[2K";
};

TEST_F(TerminalTest, ALineAtTheBottomShowsProgressAndATableTheEnd) {
  const std::string text = shown("");
  EXPECT_THAT(text, HasSubstr("csv_assets  250 records, "));
  EXPECT_THAT(text, HasSubstr("payloads in flight, 0:00" + std::string(erased))) << "cut to the terminal's width";
  EXPECT_THAT(text, HasSubstr("INFO     section [csv_assets]: sync ended: 250 pulled"));
  EXPECT_THAT(text.substr(text.rfind(erased)),
              HasSubstr("section     read  filtered  skipped  failed  delivered  undelivered  seconds\r\n"
                        "csv_assets   250         0        0       0        250            0      "));
}

TEST_F(TerminalTest, LogLinesAreShort) {
  EXPECT_THAT(shown("--no-progress"), HasSubstr(" INFO     connector 1.0.0 (protocol "));
}

TEST_F(TerminalTest, ProgressCanBeLeftOut) {
  const std::string text = shown("--no-progress");
  EXPECT_THAT(text, AllOf(Not(HasSubstr("payloads in flight")), HasSubstr("undelivered  seconds")));
}

TEST_F(TerminalTest, QuietIsQuiet) {
  EXPECT_THAT(shown("--quiet"), IsEmpty());
}

TEST_F(TerminalTest, ADumbTerminalGetsPlainLines) {
  EXPECT_THAT(shown("", "dumb"), AllOf(Not(HasSubstr("\x1b")), HasSubstr("connectors/csv_assets: 20")));
}

TEST_F(TerminalTest, NoTerminalGetsPlainLines) {
  configure(csv_section());
  write_assets(250);
  EXPECT_EQ(run({"upload", "csv_assets"}), 0);
  EXPECT_THAT(output(), AllOf(Not(HasSubstr("\x1b")), Not(HasSubstr("undelivered  seconds"))));
}

}  // namespace connector::test::terminal_test
