#include "server/metrics_route.h"

#include "text/text.h"

namespace connector::server {

Route metrics_route(const Metrics& metrics) {
  const auto answer_it = [&metrics](const Head& head, const std::string&, const Answer& answer) {
    if (contains(head.headers.find("Accept").value_or(""), "application/openmetrics-text")) {
      answer({.body = metrics.openmetrics_text(),
              .content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8"});
    } else {
      answer({.body = metrics.prometheus_text(), .content_type = "text/plain; version=0.0.4; charset=utf-8"});
    }
  };
  return {.path = "/metrics", .methods = {"GET", "HEAD"}, .admit = {}, .handle = answer_it};
}

}  // namespace connector::server
