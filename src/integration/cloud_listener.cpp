#include "integration/cloud_listener.h"

namespace connector::integration {

void CloudListener::ended(const Summary& summary) {
  if (summary.is_empty_run) {
    add_ready_portion(
        {{"correlation_id", portion_}, {"is_empty_run", true}, {"multi_str_input_value", identity_.multi_str}});
  } else if (!summary.has_portion) {
    failed(summary.error);
  }
}

void CloudListener::failed(const std::string& error) const {
  add_ready_portion({{"correlation_id", portion_},
                     {"failed", 1},
                     {"error_message", log_.redact(error)},
                     {"error_type", "Fatal Error"},
                     {"test_run", identity_.test_run},
                     {"multi_str_input_value", identity_.multi_str}});
}

void CloudListener::add_ready_portion(const Json& body) const {
  if (cloud_ == nullptr) return;
  try {
    cloud_->add_ready_portion(identity_.service, body);
  } catch (const std::exception& error) {
    log_.error("could not tell Oomnitza how the sync ended: {}", error.what());
  }
}

}  // namespace connector::integration
