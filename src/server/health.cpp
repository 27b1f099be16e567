#include "server/health.h"

#include <utility>

namespace connector::server {

Route health_route(std::stop_token stop, std::function<Json()> sections) {
  const auto answer_it = [stop = std::move(stop), sections = std::move(sections)](const Head&, const std::string&,
                                                                                  const Answer& answer) {
    const bool is_stopping = stop.stop_requested();
    Json body = {{"status", is_stopping ? "stopping" : "ok"}};
    if (sections) body["sections"] = sections();
    answer({.status = is_stopping ? 503 : 200, .body = to_text(body), .content_type = "application/json"});
  };
  return {.path = "/health", .methods = {"GET", "HEAD"}, .admit = {}, .handle = answer_it};
}

}  // namespace connector::server
