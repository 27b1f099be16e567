#include "oomnitza/payload.h"

#include <gtest/gtest.h>

#include <regex>

namespace connector::payload_test {

Payload payload_of(const std::vector<std::string>& records) {
  Payload payload;
  for (const std::string& record : records) {
    payload.add([&](std::string& text) {
      text += record;
      return true;
    });
  }
  return payload;
}

TEST(Payload, SeparatesRecordsByCommas) {
  EXPECT_EQ(payload_of({R"({"A":1})", "{}"}).records(), R"({"A":1},{})");
  EXPECT_EQ(Payload().records(), "");
}

TEST(Payload, IsAsBeforeWhenARecordIsNotAdded) {
  Payload payload = payload_of({"{}"});
  EXPECT_FALSE(payload.add([](std::string& text) {
    text += "half";
    return false;
  }));
  EXPECT_THROW(payload.add([](std::string& text) -> bool {
    text += "half";
    throw std::runtime_error("no");
  }),
               std::runtime_error);
  EXPECT_EQ(payload.records(), "{}");
  EXPECT_EQ(payload.size(), 1U);
}

TEST(Payload, TakesRecordsOffTheFront) {
  Payload payload = payload_of({"{1}", "{2}", "{3}"});
  const Payload front = payload.take(2, 1000);
  EXPECT_EQ(front.records(), "{1},{2}");
  EXPECT_EQ(front.size(), 2U);
  EXPECT_EQ(payload.records(), "{3}");
  EXPECT_EQ(payload.take(5, 1000).records(), "{3}");
  EXPECT_TRUE(payload.empty());
}

TEST(Payload, TakesFewerRecordsWhenTheyAreLongButAtLeastOne) {
  Payload payload = payload_of({"{11111}", "{22222}", "{33333}"});
  EXPECT_EQ(payload.take(3, 15).records(), "{11111},{22222}");
  EXPECT_EQ(payload.take(3, 1).records(), "{33333}");
}

TEST(Payload, ShowsSomeOfItsRecords) {
  const Payload payload = payload_of({"{1}", "{2}", "{3}"});
  EXPECT_EQ(payload.records(0, 1), "{1}");
  EXPECT_EQ(payload.records(1, 3), "{2},{3}");
  EXPECT_EQ(payload.records(0, 3), payload.records());
  EXPECT_EQ(payload.records(2, 2), "");
}

TEST(PayloadEnvelope, MakesTheBodyOfARequest) {
  const PayloadEnvelope envelope{.portion = "p-1",
                                 .connector_name = "Netbox",
                                 .connector_id = nullptr,
                                 .data_type = "assets",
                                 .sync_field = {"SERIAL"},
                                 .insert_only = true,
                                 .update_only = false,
                                 .test_run = false,
                                 .multi_str_input_value = nullptr};
  EXPECT_EQ(parse_json(envelope.body(R"({"SERIAL":"S1"},{})")),
            parse_json(
                R"({"connector_version": "2026.08.1", "sync_field": ["SERIAL"], "portion": "p-1", "data_type": "assets",
                           "insert_only": true, "update_only": false, "test_run": false, "error": null,
                           "multi_str_input_value": null, "connector_name": "Netbox", "records": [{"SERIAL": "S1"}, {}]})"));
  EXPECT_EQ(parse_json(envelope.body("{}", "broken"))["error"], "broken");
}

TEST(PayloadEnvelope, NamesAManagedConnectorByItsIdInItsOwnType) {
  PayloadEnvelope envelope;
  envelope.connector_id = 7;
  const Json body = parse_json(envelope.body(""));
  EXPECT_EQ(body["connector_id"], 7);
  EXPECT_FALSE(body.contains("connector_name"));
}

TEST(RandomUuid, IsOfVersion4AndNew) {
  const std::string uuid = random_uuid();
  EXPECT_TRUE(std::regex_match(uuid, std::regex("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")))
      << uuid;
  EXPECT_NE(uuid, random_uuid());
}

TEST(Payload, AppendsAnotherOne) {
  Payload payload;
  payload.append({});
  EXPECT_TRUE(payload.empty());
  payload.append(payload_of({"{1}", "{2}"}));
  payload.append({});
  payload.append(payload_of({"{3}"}));
  EXPECT_EQ(payload.records(), "{1},{2},{3}");
  EXPECT_EQ(payload.take(2, 1000).records(), "{1},{2}");
  EXPECT_EQ(payload.records(), "{3}");
}

}  // namespace connector::payload_test
