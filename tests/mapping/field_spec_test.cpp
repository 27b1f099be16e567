#include "mapping/field_spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/support.h"
#include "connector/error.h"

namespace connector::field_spec_test {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Names = std::vector<std::string>;

/// The warnings, or what was thrown.
Names checked(const Names& sync_field, const Names& fields) {
  const auto lines = std::make_shared<config_test::Lines>();
  try {
    check_sync_field(sync_field, fields, Log(lines));
  } catch (const SourceError& error) {
    return {std::string("thrown: ") + error.what()};
  }
  return lines->messages;
}

TEST(SyncField, MustBeMapped) {
  EXPECT_THAT(checked({"SERIAL"}, {"NAME", "SERIAL"}), IsEmpty());
  EXPECT_THAT(checked({"serial"}, {"SERIAL"}), IsEmpty()) << "case does not count";
  EXPECT_THAT(checked({}, {"NAME"}), IsEmpty()) << "nothing to find records by is Oomnitza's business";
  EXPECT_THAT(checked({"SERIAL", "MAC"}, {"SERIAL"}), ElementsAre("sync_field names fields that are not mapped: MAC"));
  EXPECT_THAT(checked({"SERAIL", "MAC"}, {"SERIAL"}),
              ElementsAre(HasSubstr("thrown: no field that sync_field names is mapped (SERAIL, MAC); did you mean "
                                    "\"SERIAL\"?")));
  EXPECT_THAT(checked({}, {}), ElementsAre(HasSubstr("thrown: nothing is mapped")));
  EXPECT_THAT(checked({"SERIAL"}, {}), ElementsAre(HasSubstr("thrown: nothing is mapped")));
}

}  // namespace connector::field_spec_test
