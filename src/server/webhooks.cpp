#include "server/webhooks.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "log/rate_limited.h"

namespace connector::server {
namespace {

/// The last part of a path, decoded.
std::string last_part(std::string_view path) {
  if (path.ends_with('/')) path.remove_suffix(1);
  return percent_decoded(path.substr(path.rfind('/') + 1));
}

Reply try_again() {
  return {.status = 503, .headers = {{"Retry-After", "10"}}};
}

/// Why a body is not a valid event; empty when it is. Its text is not shown: it is of who sends.
std::string problem_with(const Json& body) {
  if (!body.is_object()) return "it is not a JSON object";
  const Json& name = at(body, "webhook.webhookEvent");
  if (!name.is_string() || name == "") return "it has no webhook.webhookEvent";
  return at(body, "event").is_object() ? "" : "its \"event\" is not an object";
}

Json parsed(const std::string& body) {
  try {
    return parse_json(body);
  } catch (const JsonError&) {
    return nullptr;
  }
}

class Webhooks {
 public:
  Webhooks(std::vector<WebhookSection> sections, Inbox& inbox, std::stop_token stop, const Log& log)
      : sections_(std::move(sections)),
        inbox_(inbox),
        stop_(std::move(stop)),
        log_(rate_limited(log)),
        strangers_(rate_limited(log)) {}

  Admission admit(const Head& head) const {
    const std::string name = last_part(head.path);
    const WebhookSection* section = find(name);
    if (section == nullptr) {
      strangers_.warning("a webhook for \"{}\" was refused: no enabled section of that name receives webhooks",
                         excerpt(name, log_));
      return {.refusal = Reply{.status = 404}};
    }
    return {.secret = &section->connector.webhook_secret,
            .max_body = static_cast<std::size_t>(section->connector.webhook_max_body),
            .on_wrong_secret = [this, section] {
              log_.warning("section [{}]: a webhook was refused: its secret is missing, or not webhook_secret",
                           section->name);
            }};
  }

  void handle(const Head& head, const std::string& text, const Answer& answer) const {
    const WebhookSection& section = *find(last_part(head.path));
    const Json body = parsed(text);
    if (const std::string problem = problem_with(body); !problem.empty()) {
      log_.warning("section [{}]: the body of a webhook was refused: {}", section.name, problem);
      return answer({.status = 400});
    }
    if (stop_.stop_requested()) return answer(try_again());
    const std::string& event = at(body, "webhook.webhookEvent").get_ref<const std::string&>();
    const Notice notice = section.connector.receive({.name = event, .details = at(body, "event")});
    if (notice.key.empty()) {
      tell_unwanted(section, event, notice);
      return answer({.status = 204});
    }
    add(section, notice.key, answer);
  }

 private:
  const WebhookSection* find(const std::string& name) const {
    const auto found = std::find_if(sections_.begin(), sections_.end(),
                                    [&](const WebhookSection& section) { return section.name == name; });
    return found == sections_.end() ? nullptr : &*found;
  }

  void tell_unwanted(const WebhookSection& section, const std::string& event, const Notice& notice) const {
    const std::string name = excerpt(event, log_);
    if (notice.is_misdirected) {
      log_.warning("section [{}] gets events that are not for it: {}", section.name, notice.unwanted);
    }
    log_.debug("section [{}]: an event {} is not wanted: {}", section.name, name, notice.unwanted);
  }

  void add(const WebhookSection& section, const std::string& key, const Answer& answer) const {
    const auto capacity = static_cast<std::size_t>(section.connector.webhook_queue);
    inbox_.add(section.name, key, capacity, [this, &section, capacity, answer](Inbox::Outcome outcome) {
      if (outcome == Inbox::Outcome::full) {
        log_.warning("section [{}]: {} events wait, as many as webhook_queue allows: others are refused until then",
                     section.name, capacity);
      }
      answer(outcome == Inbox::Outcome::accepted ? Reply{.status = 204} : try_again());
    });
  }

  const std::vector<WebhookSection> sections_;
  Inbox& inbox_;
  const std::stop_token stop_;
  const Log log_;
  const Log strangers_;  ///< names that others make up
};

}  // namespace

Route webhook_route(std::vector<WebhookSection> sections, Inbox& inbox, const std::stop_token& stop, const Log& log) {
  const auto webhooks = std::make_shared<const Webhooks>(std::move(sections), inbox, stop, log);
  return {.path = "*",
          .methods = {"POST"},
          .admit = [webhooks](const Head& head) { return webhooks->admit(head); },
          .handle = [webhooks](const Head& head, const std::string& body,
                               const Answer& answer) { webhooks->handle(head, body, answer); }};
}

}  // namespace connector::server
