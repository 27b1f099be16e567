#include "integration/items.h"

#include <gtest/gtest.h>

#include <utility>

namespace connector::integration::items_test {

CallTemplate call(const Json& url) {
  return {.url = url, .method = "GET", .headers = {}, .params = {}, .body = {}};
}

Integration with_details(const Json& url, std::optional<Json> result = std::nullopt) {
  Integration integration;
  integration.details = DetailBehavior{.call = call(url), .result = std::move(result)};
  return integration;
}

Integration with_software(const Json& url, const Json& result) {
  Integration integration;
  integration.software = SoftwareBehavior{.call = call(url), .result = result, .name = {}, .version = {}};
  return integration;
}

TEST(Items, AreIndependentWhenTheyNameTheirOwnVariablesAlone) {
  EXPECT_TRUE(Items::are_independent({}));
  EXPECT_TRUE(Items::are_independent(with_details("/{{ list_response_item.id }}", "{{ detail_response.host }}")));
  EXPECT_TRUE(Items::are_independent(with_software("/{{ detail_response.id }}", "{{ software_response.apps }}")));
}

TEST(Items, AreNotWhenTheySeeWhatTheItemBeforeHasLeft) {
  EXPECT_FALSE(Items::are_independent(with_details("/{{ detail_response.next }}")));
  EXPECT_FALSE(Items::are_independent(with_details("/x", "{{ software_response }}")));
  EXPECT_FALSE(Items::are_independent(with_software("/{{ software_response.next }}", "{{ software_response }}")));
  EXPECT_FALSE(Items::are_independent(with_software("/x", "{{ software_response_item }}")));
  Integration integration = with_details("/x");
  integration.details->call.params = {{"after", "{{ detail_response.id }}"}};
  EXPECT_FALSE(Items::are_independent(integration));
}

TEST(Items, AreNotWhenTheirTemplatesMayChangeWhatOthersSee) {
  EXPECT_FALSE(Items::are_independent(with_details("/x", "{% set _ = list_response.seen.append(1) %}{{ 1 }}")));
  Integration integration = with_details("/x");
  integration.details->call.body = "{{ inputs.update({'n': 1}) }}";
  EXPECT_FALSE(Items::are_independent(integration));
}

}  // namespace connector::integration::items_test
