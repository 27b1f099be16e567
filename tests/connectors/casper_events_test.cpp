#include <gtest/gtest.h>

#include "casper/events.h"

namespace connector::casper_events_test {

Notice read(const std::string& name, const Json& details, bool of_mobile_devices = false) {
  return casper::read_event({.name = name, .details = details}, of_mobile_devices);
}

TEST(CasperEvents, NameTheDevice) {
  EXPECT_EQ(read("ComputerAdded", {{"jssID", 13}}).key, "13");
  EXPECT_EQ(read("ComputerInventoryCompleted", {{"jssID", "0013"}}).key, "13");
  EXPECT_EQ(read("ComputerCheckIn", {{"computer", {{"jssID", 5}}}}).key, "5");
  EXPECT_EQ(read("ComputerPolicyFinished", {{"computer", {{"jssID", "5"}}}, {"successful", true}}).key, "5");
  EXPECT_EQ(read("MobileDeviceCheckIn", {{"jssID", 6}}, true).key, "6");
  EXPECT_EQ(read("MobileDeviceCommandCompleted", {{"mobileDevice", {{"jssID", 6}}}}, true).key, "6");
}

TEST(CasperEvents, WithoutAnIdAreNotWanted) {
  for (const char* id : {"0", "-3", "1.5", "null", "true", "\"\"", "\"0\"", "\"7a\"", "\"-7\"", "\" 7\"", "[7]", "{}",
                         "\"../7\"", "123456789012345678901234567890", "\"9999999999999999999\""}) {
    const Notice notice = read("ComputerAdded", {{"jssID", parse_json(id)}});
    EXPECT_EQ(notice.key, "") << id;
    EXPECT_FALSE(notice.is_misdirected);
  }
  EXPECT_EQ(read("ComputerAdded", Json::object()).key, "");
}

TEST(CasperEvents, OfTheOtherKindAreMisdirected) {
  EXPECT_TRUE(read("MobileDeviceEnrolled", {{"jssID", 6}}).is_misdirected);
  EXPECT_TRUE(read("ComputerAdded", {{"jssID", 6}}, true).is_misdirected);
  EXPECT_EQ(read("MobileDeviceEnrolled", {{"jssID", 6}}).key, "");
}

TEST(CasperEvents, OfOtherThingsAreNotWanted) {
  for (const char* name :
       {"JSSStartup", "SmartGroupComputerMembershipChange", "computerAdded", "", "RestAPIOperation"}) {
    const Notice notice = read(name, {{"jssID", 6}});
    EXPECT_EQ(notice.key, "") << name;
    EXPECT_FALSE(notice.is_misdirected) << name;
  }
}

}  // namespace connector::casper_events_test
