#include <gmock/gmock.h>

#include <set>
#include <string>

#include "commands/program_test.h"

namespace connector::test::shard_upload_test {

using testing::HasSubstr;
using testing::SizeIs;

class ShardUploadTest : public ProgramTest {
 protected:
  /// Runs all three parts, and returns how often each serial number arrived.
  std::multiset<std::string> upload_in_parts() {
    std::multiset<std::string> serials;
    for (const char* part : {"1/3", "2/3", "3/3"}) {
      EXPECT_EQ(run({"upload", "csv_assets", "--shard", part}), 0) << output();
    }
    for (const Json& payload : oomnitza.cloud().payloads()) {
      for (const Json& record : payload["records"]) serials.insert(record["SERIAL"].get<std::string>());
    }
    return serials;
  }
};

TEST_F(ShardUploadTest, PartsAreTheWhole) {
  configure(csv_section());
  write_assets(500);
  const std::multiset<std::string> serials = upload_in_parts();
  EXPECT_THAT(serials, SizeIs(500)) << "no record is in two parts";
  EXPECT_THAT((std::set<std::string>(serials.begin(), serials.end())), SizeIs(500));
  EXPECT_THAT(output(), HasSubstr("part 3 of 3: records of the other parts count as filtered out"));
  EXPECT_THAT(oomnitza.cloud().portions(), SizeIs(3));
}

TEST_F(ShardUploadTest, PartsAreTheWholeWhereCodeMakesTheKey) {
  configure(
      csv_section("mapping.SERIAL = {\"source\": \"Serial\", \"converter\": \"own\"}\n"
                  "recordfilter:\n    return record.Serial != 'S7'\n"
                  "[converters]\nown:\n    return 'X' + record.Serial\n"));
  write_assets(500);
  const std::multiset<std::string> serials = upload_in_parts();
  EXPECT_THAT(serials, SizeIs(499));
  EXPECT_THAT((std::set<std::string>(serials.begin(), serials.end())), SizeIs(499));
}

TEST_F(ShardUploadTest, NonsenseIsAUsageError) {
  configure(csv_section());
  write_assets(1);
  for (const char* part : {"6/5", "0/5", "2", "two/five", "2/5/7", "-1/5"}) {
    EXPECT_EQ(run({"upload", "csv_assets", std::string("--shard=") + part}), 1) << part;
    EXPECT_THAT(folder.read("stderr"), HasSubstr("names no part: give K/N"));
  }
  EXPECT_EQ(run({"managed", "--shard", "1/2"}), 1);
  EXPECT_THAT(folder.read("stderr"), HasSubstr("--shard is for upload alone"));
}

}  // namespace connector::test::shard_upload_test
