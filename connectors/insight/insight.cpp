// Devices in orders from Insight, one for each serial number that was shipped.
#include <fmt/chrono.h>

#include <algorithm>

#include "connector/oauth.h"
#include "connector/pages.h"
#include "insight/dates.h"
#include "insight/orders.h"

namespace connector::insight {
namespace {

using std::chrono::days;

constexpr days longest_range{60};
constexpr days longest_look_back{36500};
constexpr std::chrono::seconds slow{600};  // a response may take minutes

struct Range {
  Day from, to;
};

class Insight final : public Connector {
 public:
  Url url;
  std::string region;
  std::string client_id;
  Secret client_key;
  Secret client_secret;
  Date order_creation_date_from;
  Date order_creation_date_to;
  LookBack look_back_period;
  std::string tracking_data;

  void check(const AddProblem& add_problem) override {
    url.value.erase(0, url.value.find_first_not_of('/'));
    if (look_back_period.length > longest_look_back) {
      add_problem("look_back_period", fmt::format("must be at most {}", longest_look_back.count()));
    }
    const Range whole = whole_range();
    if (whole.from > whole.to) {
      add_problem("order_creation_date_to",
                  fmt::format("{} lies before the first day, {}", text_of(whole.to), text_of(whole.from)));
    }
  }

  void authenticate() override {
    if (!look_back_period.is_number) {
      log.warning("look_back_period is not a whole number; using {}", look_back_period.length.count());
    }
    http.keep_logged_in([this] { return log_in(); });
  }

  void read(const Emit& emit) override {
    Orders orders(emit);
    for (const Range& range : ranges()) {
      read_part(*this, emit, fmt::format("orders from {} to {}", text_of(range.from), text_of(range.to)),
                [&] { read_range(range, orders); });
    }
    if (const std::size_t count = orders.ambiguous_bills(); count > 0) {
      log.warning("{} deliveries have more than one entry in BillingInformation; using none of them", count);
    }
  }

 private:
  Range whole_range() const {
    const std::time_t now = std::time(nullptr);
    const Day last = order_creation_date_to.day.value_or(day_of(fmt::localtime(now)));
    const Day first = order_creation_date_from.day.value_or(day_of(fmt::gmtime(now)) - look_back_period.length);
    const bool is_given = order_creation_date_from.day || order_creation_date_to.day;
    return {is_given ? first : std::min(first, last), last};  // in America "today" may be over in UTC
  }

  /// Some servers may not take grant_type from the query, as Insight does: they get it as a form, as OAuth wants it.
  Login log_in() const {
    const std::string basic = base64(client_key.value + ":" + client_secret.value);
    log.hide(basic);
    const Headers headers = {{"Authorization", "Basic " + basic},
                             {"Content-Type", "application/x-www-form-urlencoded"}};
    const Query grant = {{"grant_type", "client_credentials"}};
    const std::string address = url.value + "/oauth/token";
    const Response response = http.send({.method = "POST",
                                         .url = address,
                                         .query = grant,
                                         .headers = headers,
                                         .allow = {400, 411},
                                         .stay_on_host = true});
    Login login = bearer_login(response.ok() ? response : http.post_form(address, grant, headers));
    if (login.lifetime == std::chrono::seconds(0)) login.lifetime = std::chrono::seconds(3599);
    return login;
  }

  /// Each begins on the day on which the one before ends.
  std::vector<Range> ranges() const {
    const Range whole = whole_range();
    std::vector<Range> ranges = {{whole.from, std::min(whole.from + longest_range, whole.to)}};
    while (ranges.back().to < whole.to) {
      const Day from = ranges.back().to;
      ranges.push_back({from, std::min(from + longest_range, whole.to)});
    }
    return ranges;
  }

  /// When a gateway gives up waiting (504), the halves of the range are asked for, not the same again.
  void read_range(const Range& range, Orders& orders) const {
    const Json wanted = {{"ClientID", client_id},
                         {"TrackingData", tracking_data},
                         {"OrderCreationDateFrom", text_of(range.from)},
                         {"OrderCreationDateTo", text_of(range.to)}};
    Request request{.method = "POST",
                    .url = fmt::format("{}/{}/GetStatus", url.value, percent_encoded(region)),
                    .headers = {{"Accept", "application/json"}, {"Content-Type", "application/json"}},
                    .body = to_text({{"MT_Status2Request", {{"StatusRequest", Json::array({wanted})}}}}),
                    .idle_timeout = slow};
    if (range.to - range.from > days(1)) request.allow = {504};
    const Response response = http.send(request);
    if (response.ok()) return emit_orders(response, orders);
    const Day middle = range.from + (range.to - range.from) / 2;
    read_range({range.from, middle}, orders);
    read_range({middle, range.to}, orders);
  }

  void emit_orders(const Response& response, Orders& orders) const {
    const Json answer = response.json();
    if (!answer.is_object() || !answer.contains("StatusOrderResponse")) {
      throw SourceError(fmt::format("{} {}: the response has no StatusOrderResponse: {}", response.method, response.url,
                                    excerpt(response.body, log)));
    }
    for (const Json& part : entries_of(answer["StatusOrderResponse"])) {
      if (!part.contains("Order") && !is_empty(part)) {
        log.warning("Insight's response holds no orders, but: {}", excerpt(to_text(part), log));
      }
      for (const Json& order : entries_of(at(part, "Order"))) orders.emit_order(order);
    }
  }
};

}  // namespace

Plugin plugin() {
  return {
      .section = "insight",
      .mapping_name = "insight",
      .settings =
          {
              setting("url", &Insight::url,
                      {.help = "Base address of Insight's API.", .example = "https://insight-prod.apigee.net"}),
              setting("region", &Insight::region, {.help = "Insight's region, such as NA.", .default_value = "NA"}),
              setting("client_id", &Insight::client_id,
                      {.help = "The customer's number at Insight.", .default_value = ""}),
              setting("client_key", &Insight::client_key, {.help = "Key of the OAuth client.", .example = ""}),
              setting("client_secret", &Insight::client_secret,
                      {.help = "Secret of the OAuth client.", .example = "******"}),
              setting("order_creation_date_from", &Insight::order_creation_date_from,
                      {.help = "First day of the orders, YYYY-MM-DD.", .default_value = ""}),
              setting("order_creation_date_to", &Insight::order_creation_date_to,
                      {.help = "Last day of the orders, YYYY-MM-DD; empty for today.", .default_value = ""}),
              setting("look_back_period", &Insight::look_back_period,
                      {.help = "Days back from today, used without order_creation_date_from.", .default_value = "20"}),
              setting("tracking_data", &Insight::tracking_data,
                      {.help = "X for tracking data in the response.", .default_value = "X"}),
          },
      .make = make<Insight>,
  };
}

}  // namespace connector::insight
