#include "integration/aws.h"

#include <gtest/gtest.h>

namespace connector::integration::aws_test {

using Roles = std::vector<std::string>;

Roles roles(const std::string& policy) {
  return assumable_roles(parse_json(policy));
}

TEST(AssumableRoles, AreThoseOfStatementsThatAllowIt) {
  EXPECT_EQ(roles(R"({"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": ["a", "b"]},
                                    {"Effect": "Deny", "Action": "sts:AssumeRole", "Resource": "c"},
                                    {"Effect": "Allow", "Action": "sts:AssumeRoleWithSAML", "Resource": "d"},
                                    {"Action": ["ec2:*", "sts:AssumeRole"], "Resource": "e"}]})"),
            (Roles{"a", "b", "e"}));
}

TEST(AssumableRoles, OfASingleStatement) {
  EXPECT_EQ(roles(R"({"Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "a"}})"), Roles{"a"});
}

TEST(AssumableRoles, AreNoneInWhatIsNoPolicy) {
  for (const char* policy : {"null", "[]", "{}", R"({"Statement": null})", R"({"Statement": ["x", 1]})",
                             R"({"Statement": {"Action": "sts:AssumeRole"}})",
                             R"({"Statement": {"Action": "sts:AssumeRole", "Resource": [1, {}]}})"}) {
    EXPECT_EQ(roles(policy), Roles{}) << policy;
  }
}

}  // namespace connector::integration::aws_test
