#include "integration/independence.h"

#include <gtest/gtest.h>

#include <utility>

#include "python/template_worker.h"

namespace connector::integration::independence_test {

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

Definition with_list(const Json& url) {
  Definition definition;
  definition.levels = {{.call = call(url), .result = "{{ list_response }}", .pagination = std::nullopt}};
  return definition;
}

class Independence : public testing::Test {
 protected:
  bool items(const Definition& definition) { return are_items_independent(definition, scope_); }
  bool lists(const Definition& definition) { return are_lists_independent(TemplateSet::of_lists(definition), scope_); }

 private:
  WorkerHost host_{template_host_word, CONNECTOR_PROGRAM};
  Templates templates_{host_};
  const Scope scope_{templates_};
};

TEST_F(Independence, OfItemsWhenTheyNameTheirOwnVariablesAlone) {
  EXPECT_TRUE(items({}));
  EXPECT_TRUE(items(with_details("/{{ list_response_item.id }}", "{{ detail_response.host }}")));
  EXPECT_TRUE(items(with_software("/{{ detail_response.id }}", "{{ software_response.apps }}")));
  EXPECT_TRUE(items(with_details("/{{ inputs.my_detail_response }}")));
}

TEST_F(Independence, OfItemsIsGoneWhenTheySeeWhatTheItemBeforeHasLeft) {
  EXPECT_FALSE(items(with_details("/{{ detail_response.next }}")));
  EXPECT_FALSE(items(with_details("/x", "{{ software_response }}")));
  EXPECT_FALSE(items(with_details("/x", "{{ software_response_item }}")));
  EXPECT_FALSE(items(with_software("/{{ software_response.next }}", "{{ software_response }}")));
  EXPECT_FALSE(items(with_software("/x", "{{ software_response_item }}")));
  Definition definition = with_details("/x");
  definition.details->call.params = {{"after", "{{ detail_response.id }}"}};
  EXPECT_FALSE(items(definition));
  definition = with_details("/x");
  definition.authorization =
      SessionAuthorization{.call = call("/login"), .headers = {{"X", "{{ detail_response }}"}}, .params = {}};
  EXPECT_FALSE(items(definition));
}

TEST_F(Independence, OfItemsIsGoneWhenTheirTemplatesMayChangeWhatOthersSee) {
  EXPECT_FALSE(items(with_details("/x", "{% set _ = list_response.seen.append(1) %}{{ 1 }}")));
  EXPECT_TRUE(items(with_details("/x", "{{ detail_response.name.split('-')[0] }}")));
  EXPECT_TRUE(items(with_details("/x", "the button appends (append()) nothing")));
  Definition definition = with_details("/x");
  definition.details->call.body = "{{ inputs.update({'n': 1}) }}";
  EXPECT_FALSE(items(definition));
}

TEST_F(Independence, OfListsWhenTheySeeNoItems) {
  EXPECT_TRUE(lists(with_list("/{{ pre_list_response_item.id }}/{{ iteration }}?after={{ list_response.next }}")));
  for (const char* name : {"list_response_item", "detail_response", "software_response", "software_response_item"}) {
    EXPECT_FALSE(lists(with_list(std::string("/{{ ") + name + ".id }}"))) << name;
  }
}

TEST_F(Independence, OfListsIsLookedForInAllOfTheirTemplates) {
  const std::string item = "{{ list_response_item }}";
  for (const Pagination& pagination :
       {Pagination{.break_early = item, .add_if = {}, .headers = {}, .params = {}},
        Pagination{.break_early = {}, .add_if = item, .headers = {}, .params = {}},
        Pagination{.break_early = {}, .add_if = {}, .headers = {{"X", item}}, .params = {}},
        Pagination{.break_early = {}, .add_if = {}, .headers = {}, .params = {{"x", item}}}}) {
    Definition definition = with_list("/x");
    definition.levels[0].pagination = pagination;
    EXPECT_FALSE(lists(definition));
  }
  Definition definition = with_list("/x");
  definition.levels.insert(definition.levels.begin(), {.call = call("/" + item), .result = "x", .pagination = {}});
  EXPECT_FALSE(lists(definition));
  definition = with_list("/x");
  definition.levels[0].result = item;
  EXPECT_FALSE(lists(definition));
  definition = with_list("/x");
  definition.authorization = SessionAuthorization{.call = call("/login"), .headers = {}, .params = {{"x", item}}};
  EXPECT_FALSE(lists(definition));
}

TEST_F(Independence, OfListsIsGoneWhenTheyMayChangeWhatItemsSee) {
  EXPECT_FALSE(lists(with_list("/{{ inputs.seen.append(iteration) }}")));
  EXPECT_TRUE(lists(with_list("/{{ range(iteration)|list|length }}")));
}

}  // namespace connector::integration::independence_test
