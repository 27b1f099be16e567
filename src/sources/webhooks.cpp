#include "connector/webhooks.h"

namespace connector {

std::vector<Setting> webhook_settings() {
  constexpr int most_bytes = 64 << 20;
  constexpr int most_waiting = 1'000'000;
  return {setting("webhook_secret", &WebhookConnector::webhook_secret,
                  {.help = "With connector server, the secret that webhooks must present.",
                   .default_value = "",
                   .in_sample = false}),
          setting("webhook_max_body", &WebhookConnector::webhook_max_body,
                  {.help = "With connector server, the bytes that the body of a webhook may have.",
                   .default_value = "1048576",
                   .range = std::pair(1, most_bytes),
                   .in_sample = false}),
          setting("webhook_queue", &WebhookConnector::webhook_queue,
                  {.help = "With connector server, how many events may wait; more are refused.",
                   .default_value = "1000",
                   .range = std::pair(1, most_waiting),
                   .in_sample = false})};
}

}  // namespace connector
