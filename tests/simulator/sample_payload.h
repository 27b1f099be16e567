#pragma once

#include <string>

#include "connector/json.h"

namespace connector::simulator {

inline const std::string portion = "5f0e7a3c-1c1b-4f6e-9f3a-0123456789ab";

/// A payload as the connector sends it. sender: the key that says who sends it, and its value.
inline Json sample_payload(const Json& sender, const Json& records, const Json& error = nullptr) {
  Json payload = {{"connector_version", "2026.08.1"},
                  {"sync_field", {"SERIAL"}},
                  {"portion", portion},
                  {"data_type", "assets"},
                  {"insert_only", false},
                  {"update_only", false},
                  {"test_run", false},
                  {"error", error},
                  {"multi_str_input_value", nullptr},
                  {"records", records}};
  payload.update(sender);
  return payload;
}

}  // namespace connector::simulator
