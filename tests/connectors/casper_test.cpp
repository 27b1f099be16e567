#include <gtest/gtest.h>

#include "casper/subsets.h"

namespace connector::casper_test {

using casper::subsets;

TEST(CasperSubsets, AreTheFirstPartsOfSourcesInOrder) {
  EXPECT_EQ(subsets({"software.applications", "general.name", "general.id", "groups_accounts"}, {}, ""),
            "General&GroupsAccounts&Software");
  EXPECT_EQ(subsets({"extension_attributes.0.value", "Custom", "__x_", ".y", ""}, {}, ""),
            "Custom&ExtensionAttributes&X");
  EXPECT_EQ(subsets({"a b/c.d"}, {}, ""), "A%20b%2Fc");
}

TEST(CasperSubsets, NoneAreNamedWhereNothingIsRead) {
  EXPECT_EQ(subsets({}, {}, ""), "");
  EXPECT_EQ(subsets({}, {"upper", "cut"}, "return record['name'] == 'x'"), "");
}

TEST(CasperSubsets, ConvertersReadPartsOfTheirOwn) {
  EXPECT_EQ(subsets({}, {"casper_extension_attribute"}, ""), "ExtensionAttributes");
  EXPECT_EQ(subsets({"hardware.os_name"}, {"mac_model_from_sn", "upper"}, ""), "General&Hardware");
}

TEST(CasperSubsets, PythonCodeIsLookedThroughForWholeWords) {
  EXPECT_EQ(subsets({}, {}, "return record[\"location\"]['room'] and record.get('mobile_device_groups')"),
            "Location&MobileDeviceGroups");
  EXPECT_EQ(subsets({}, {}, "cae(record,'Owner')"), "ExtensionAttributes");
  EXPECT_EQ(subsets({}, {}, "general"), "General");
  EXPECT_EQ(subsets({}, {}, "locations network_id Software caesar élocation purchasing1"), "");
}

}  // namespace connector::casper_test
