#include "text/host_list.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace connector::host_list_test {

HostList list_of(std::initializer_list<const char*> entries) {
  HostList list;
  for (const char* entry : entries) list.add(entry);
  return list;
}

bool has(const HostList& list, const char* address) {
  return list.has_address(*parse_ip_address(address));
}

TEST(HostList, HoldsNamesAndWhatIsBelowThem) {
  const HostList list = list_of({"api.Example.com", "*.example.org"});
  EXPECT_TRUE(list.has_name("API.example.com."));
  EXPECT_FALSE(list.has_name("a.api.example.com"));
  EXPECT_TRUE(list.has_name("a.b.example.org"));
  EXPECT_FALSE(list.has_name("example.org"));
  EXPECT_FALSE(list.has_name("anexample.org"));
  EXPECT_FALSE(list.has_addresses());
}

TEST(HostList, HoldsAddressesAndNetworks) {
  const HostList list = list_of({"192.0.2.7", "10.0.0.0/9", "[2001:db8::7]", "fd00::/8"});
  for (const char* address :
       {"192.0.2.7", "::ffff:192.0.2.7", "10.127.1.1", "2001:db8::7", "fd99::1", "64:ff9b::a00:1"})
    EXPECT_TRUE(has(list, address)) << address;
  for (const char* address : {"192.0.2.8", "10.128.0.1", "2001:db8::8", "fe00::1"})
    EXPECT_FALSE(has(list, address)) << address;
}

TEST(HostList, RefusesWhatIsNoHost) {
  for (const char* entry : {"", "http://example.com", "example.com:443", "10.0.0.0/33", "a b", "*", "exa*ple.com",
                            ".example.com", "b\xC3\xBC.example", "*.*"}) {
    HostList list;
    if (std::string_view(entry) == "*") {
      list.add(entry);
      EXPECT_TRUE(list.has_all() && !list.empty());
    } else {
      EXPECT_THROW(list.add(entry), std::invalid_argument) << entry;
    }
  }
  EXPECT_TRUE(HostList().has_all() && HostList().empty());
}

TEST(IpAddress, KnowsThisMachineAndWhereCloudsHandOutCredentials) {
  for (const char* host : {"127.0.0.1", "127.9.9.9", "[::1]", "0.0.0.0", "::", "::ffff:127.0.0.1", "localhost",
                           "a.LOCALHOST.", "64:ff9b::7f00:1"}) {
    EXPECT_TRUE(is_this_machine(host)) << host;
  }
  for (const char* host : {"10.0.0.1", "localhost.example.com", "::2"}) EXPECT_FALSE(is_this_machine(host)) << host;
  for (const char* address : {"169.254.169.254", "169.254.0.1", "fe80::1", "fe80::1%eth0", "febf::1", "fd00:ec2::254",
                              "::ffff:169.254.169.254"}) {
    EXPECT_TRUE(is_link_local(*parse_ip_address(address))) << address;
  }
  for (const char* address : {"169.253.1.1", "fec0::1", "fd00:ec3::1"}) {
    EXPECT_FALSE(is_link_local(*parse_ip_address(address))) << address;
  }
  EXPECT_EQ(parse_ip_address("::ffff:10.1.2.3")->text(), "10.1.2.3");
  EXPECT_EQ(parse_ip_address("2001:DB8::1")->text(), "2001:db8::1");
  EXPECT_FALSE(parse_ip_address("10.1.2"));
}

}  // namespace connector::host_list_test
