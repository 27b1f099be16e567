// What happens with many values alike does not fill the log.
#include <gmock/gmock.h>

#include "commands/program_test.h"

namespace connector::test::many_lines_test {

using testing::HasSubstr;
using testing::Lt;

class ManyLines : public ProgramTest {
 protected:
  std::size_t lines() const {
    const std::string text = output();
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  }
};

TEST_F(ManyLines, OfValuesThatCannotBeSentAreCounted) {
  std::string mapping;
  for (int field = 0; field < 20; ++field) {
    mapping += fmt::format("mapping.F{} = {{\"source\": \"Serial\", \"converter\": \"odd\"}}\n", field);
  }
  configure(csv_section(mapping) + "[converters]\nodd = return object()\n");
  write_assets(500);
  EXPECT_EQ(run({"upload", "csv_assets"}), 0) << output().substr(0, 2000);
  EXPECT_THAT(lines(), Lt(300U));
  EXPECT_THAT(output(), HasSubstr("more lines like those before were not written"));
}

TEST_F(ManyLines, OfAConverterThatFailsWithManyValuesAreCounted) {
  std::string mapping;
  for (int field = 0; field < 20; ++field) {
    mapping += fmt::format("mapping.F{} = {{\"source\": \"Serial\", \"converter\": \"odd\"}}\n", field);
  }
  configure(csv_section(mapping) + "[converters]\nodd = raise DynamicException(str(value) * 3)\n");
  write_assets(500);
  EXPECT_EQ(run({"upload", "csv_assets"}), 0) << output().substr(0, 2000);
  EXPECT_THAT(lines(), Lt(300U));
}

}  // namespace connector::test::many_lines_test
