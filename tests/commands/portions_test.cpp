// Portions that a run could not finalize are finalized by a later one.
#include <gmock/gmock.h>

#include <csignal>
#include <filesystem>

#include "commands/program_test.h"

namespace connector::test::portions_test {

using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

class Portions : public ProgramTest {
 protected:
  void refuse_to_finalize(int status) {
    oomnitza.faults().add({.method = "POST", .path = "/api/v3/bulk/", .calls = 1, .status = status, .body = "later"});
  }
};

TEST_F(Portions, AreFinalizedByTheNextRunOfTheirSection) {
  configure(csv_section());
  write_assets(3);
  refuse_to_finalize(403);
  EXPECT_EQ(run({"upload", "csv_assets"}), 2) << output();
  ASSERT_THAT(oomnitza.cloud().portions(), SizeIs(1));
  EXPECT_EQ(oomnitza.cloud().portions()[0].finalized, 0U);

  EXPECT_EQ(run({"upload", "csv_assets"}), 0) << output();
  ASSERT_THAT(oomnitza.cloud().portions(), SizeIs(2));
  EXPECT_EQ(oomnitza.cloud().portions()[0].finalized, 1U);
  EXPECT_EQ(oomnitza.cloud().portions()[1].finalized, 1U);
  EXPECT_THAT(output(), HasSubstr("section [csv_assets]: an earlier run has left its portion " +
                                  oomnitza.cloud().portions()[0].id + " open; finalized now"));

  EXPECT_EQ(run({"upload", "csv_assets"}), 0) << output();
  EXPECT_THAT(output(), Not(HasSubstr("an earlier run")));
}

TEST_F(Portions, OfARunThatWasKilledAreFinalizedByResend) {
  const EndlessSource source;
  configure(source.section());
  {
    Process process = start({"upload", "netbox"});
    wait_until([&] { return oomnitza.cloud().traffic().payloads >= 3; });
    EXPECT_EQ(run_by(R"("$0" "$@" >other 2>&1)", {"resend", "netbox"}), 3) << "not while the run is under way";
    process.send_signal(SIGKILL);
    ASSERT_EQ(end_of(std::move(process)), 128 + SIGKILL) << output();
  }
  EXPECT_EQ(oomnitza.cloud().portions()[0].finalized, 0U);
  EXPECT_EQ(run({"resend"}), 0) << output();
  EXPECT_THAT(output(), HasSubstr("section [netbox]: an earlier run has left its portion"));
  EXPECT_EQ(oomnitza.cloud().portions()[0].finalized, 1U);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path() / "portions"));
}

TEST_F(Portions, ThatOomnitzaDoesNotKnowAnyLongerAreForgotten) {
  configure(csv_section());
  write_assets(3);
  refuse_to_finalize(403);
  EXPECT_EQ(run({"upload", "csv_assets"}), 2) << output();
  refuse_to_finalize(404);
  EXPECT_EQ(run({"resend"}), 0) << output();
  EXPECT_THAT(output(), HasSubstr("and it cannot be finalized"));
  EXPECT_TRUE(std::filesystem::is_empty(folder.path() / "portions"));
}

TEST_F(Portions, StayRememberedAsLongAsOomnitzaIsAway) {
  configure(csv_section());
  write_assets(3);
  refuse_to_finalize(403);
  EXPECT_EQ(run({"upload", "csv_assets"}), 2) << output();
  refuse_to_finalize(403);
  EXPECT_EQ(run({"resend"}), 2) << output();
  EXPECT_EQ(run({"resend"}), 0) << output();
  EXPECT_EQ(oomnitza.cloud().portions()[0].finalized, 1U);
}

}  // namespace connector::test::portions_test
