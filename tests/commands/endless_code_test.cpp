// Code of the configuration that never ends does not hold up the program's end.
#include <gmock/gmock.h>

#include <csignal>

#include "commands/program_test.h"

namespace connector::test::endless_code_test {

using testing::HasSubstr;
using testing::IsEmpty;

class EndlessCode : public ProgramTest {
 protected:
  void is_ended_by_the_first_signal(const std::string& section) {
    configure(section);
    write_assets(250);
    Process process = start({"upload", "csv_assets"});
    wait_until([&] { return output().find("inside the code") != std::string::npos; });
    process.send_signal(SIGTERM);
    EXPECT_EQ(end_of(std::move(process)), 2) << output();
    EXPECT_THAT(output(), HasSubstr("0 failed, 0 delivered, "));
    EXPECT_THAT(sent(), IsEmpty());
  }
};

TEST_F(EndlessCode, OfAFilterIsEndedByTheFirstSignal) {
  is_ended_by_the_first_signal(
      csv_section("recordfilter =\n  LOG.warning('inside the code')\n  while True:\n    pass\n"));
}

TEST_F(EndlessCode, OfAConverterThatSwallowsEverythingIsEndedByTheFirstSignal) {
  is_ended_by_the_first_signal(
      csv_section("mapping.NAME = {\"source\": \"Serial\", \"converter\": \"slow\"}\n") +
      "[converters]\nslow =\n  LOG.warning('inside the code')\n  for i in range(3):\n    try:\n  "
      "    while True:\n        pass\n"
      "    except BaseException:\n      pass\n");
}

}  // namespace connector::test::endless_code_test
