#include "integration/items.h"

#include <gtest/gtest.h>

#include <utility>

namespace connector::integration::items_test {

CallTemplate call(const Json& url) {
  return {.url = url, .method = "GET", .headers = {}, .params = {}, .body = {}};
}

Definition with_details(const Json& url, std::optional<Json> result = std::nullopt) {
  Definition definition;
  definition.details = DetailBehavior{.call = call(url), .result = std::move(result)};
  return definition;
}

Definition with_software(const Json& url, const Json& result) {
  Definition definition;
  definition.software = SoftwareBehavior{.call = call(url), .result = result, .name = {}, .version = {}};
  return definition;
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
  Definition definition = with_details("/x");
  definition.details->call.params = {{"after", "{{ detail_response.id }}"}};
  EXPECT_FALSE(Items::are_independent(definition));
}

TEST(Items, AreNotWhenTheirTemplatesMayChangeWhatOthersSee) {
  EXPECT_FALSE(Items::are_independent(with_details("/x", "{% set _ = list_response.seen.append(1) %}{{ 1 }}")));
  Definition definition = with_details("/x");
  definition.details->call.body = "{{ inputs.update({'n': 1}) }}";
  EXPECT_FALSE(Items::are_independent(definition));
}

}  // namespace connector::integration::items_test
