// Devices in orders from Dell, one for each service tag, with the status of their order.
#include <algorithm>

#include "connector/oauth.h"
#include "connector/pages.h"
#include "dell_asset_order_status/orders.h"

namespace connector::dell_asset_order_status {
namespace {

using Names = std::vector<std::string>;

/// A setting that is a list of strings.
struct NameList {
  Names names;
};

void parse_setting(const std::string& text, NameList& value) {
  const std::optional<Names> names = string_list(text);
  if (!names) throw std::invalid_argument(R"(must be a JSON list of strings, like ["PO123", "PO432"])");
  value.names = *names;
}

/// Whether Dell's API itself says 404, not what stands in front of it.
bool says_no_such_order(const Response& response) {
  const std::size_t begin = response.body.find_first_not_of(" \t\r\n");
  return response.status == 404 && begin != std::string::npos && response.body[begin] == '{';
}

class DellOrderStatus final : public Connector {
 public:
  std::string client_id;
  Secret client_secret;
  bool is_po_numbers = false;
  bool is_dp_id = false;
  bool is_order_no_country_code = false;
  NameList values;
  NameList country_code;
  Url api_url;
  std::string token_url;
  int values_per_request = 0;
  Headers authorization_settings;

  void check(const AddProblem& add_problem) override {
    if (!is_po_numbers && !is_dp_id && !is_order_no_country_code) {
      add_problem("is_po_numbers", "set one of is_po_numbers, is_dp_id, is_order_no_country_code to True");
    }
    if (values.names.empty()) add_problem("values", "must not be empty");
    if (values_per_request < 1) add_problem("values_per_request", "must be 1 or more");
    if (authorization_settings.contains("Authorization")) return;
    if (client_id.empty()) add_problem("client_id", "is required");
    if (client_secret.empty()) add_problem("client_secret", "is required");
  }

  void authenticate() override {
    if (client_id.empty() || client_secret.empty()) {
      http.headers.set("Authorization", *authorization_settings.find("Authorization"));
    } else {
      log.hide(percent_encoded(client_secret.value));
      http.keep_logged_in([this] { return log_in(); });
    }
  }

  /// A refused search does not stop the others: one wrong number may be the reason.
  void read(const Emit& emit) override {
    const auto step = static_cast<std::size_t>(values_per_request);
    const std::size_t count = values.names.size();
    if (count <= step) return search(emit, values.names);
    bool is_any_read = false;
    for (std::size_t begin = 0; begin < count; begin += step) {
      const std::size_t end = std::min(begin + step, count);
      const Names some(&values.names[begin], &values.names[begin] + (end - begin));
      const std::string what = fmt::format("values {} to {}", begin + 1, end);
      is_any_read |= read_part(*this, emit, what, [&] { search(emit, some); });
    }
    if (!is_any_read) throw SourceError("none of the searches succeeded");
  }

 private:
  /// ID and secret in the query, as Dell takes them. A server that refuses that gets them in a form, as OAuth wants it.
  Login log_in() const {
    const Query query = {
        {"grant_type", "client_credentials"}, {"client_id", client_id}, {"client_secret", client_secret.value}};
    const Response response = http.send({.method = "POST",
                                         .url = token_url,
                                         .query = query,
                                         .headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
                                         .allow = {400, 401},
                                         .stay_on_host = true});
    Login login = response.ok() ? bearer_login(response) : bearer_login(http.post_form(token_url, query));
    if (login.lifetime == std::chrono::seconds(0)) login.lifetime = std::chrono::hours(1);
    return login;
  }

  void search(const Emit& emit, const Names& some) const {
    const Response response = http.send(
        {.method = "POST",
         .url = api_url.value + "/search",
         .headers = {{"Accept", "application/json"}, {"Content-Type", "application/json"}, {"Accepts-version", "3.0"}},
         .body = to_text({{"searchParameter", search_parameter(some)}}),
         .accept = says_no_such_order});
    if (!response.ok()) return log.warning("Dell knows none of these orders: {}", excerpt(response.body, log));
    const Json answer = response.json();
    if (!answer.is_object() || !answer.contains("purchaseOrderDetails")) {
      throw SourceError(fmt::format("{} {}: the response has no purchaseOrderDetails: {}", response.method,
                                    response.url, excerpt(response.body, log)));
    }
    const Names empty = emit_service_tags(emit, answer["purchaseOrderDetails"]);
    if (!empty.empty()) {
      log.warning("{} orders list no products and give no records, for example order {}", empty.size(), empty.front());
    }
  }

  Json search_parameter(const Names& some) const {
    if (is_po_numbers) return {{{"key", "po_numbers"}, {"values", some}}};
    if (is_dp_id) return {{{"key", "dp_ids"}, {"values", some}}};
    return {{{"key", "order_numbers"}, {"values", some}}, {{"key", "country_code"}, {"values", country_code.names}}};
  }
};

}  // namespace

Plugin plugin() {
  return {
      .section = "dell_asset_order_status",
      .mapping_name = "dell_asset_order_status",
      .settings =
          {
              setting("client_id", &DellOrderStatus::client_id,
                      {.help = "ID of the OAuth client.", .default_value = ""}),
              setting("client_secret", &DellOrderStatus::client_secret,
                      {.help = "Secret of the OAuth client.", .default_value = ""}),
              setting("is_dp_id", &DellOrderStatus::is_dp_id,
                      {.help = "Whether values holds Dell purchase IDs.", .default_value = "False", .example = "True"}),
              setting("is_po_numbers", &DellOrderStatus::is_po_numbers,
                      {.help = "Whether values holds purchase order numbers.", .default_value = "False"}),
              setting("is_order_no_country_code", &DellOrderStatus::is_order_no_country_code,
                      {.help = "Whether values holds order numbers.", .default_value = "False"}),
              setting("values", &DellOrderStatus::values,
                      {.help = "What to search for, a JSON list of strings.", .example = R"(["PO123", "PO432"])"}),
              setting("country_code", &DellOrderStatus::country_code,
                      {.help = "Countries of the order numbers, a JSON list of strings.",
                       .default_value = "[]",
                       .example = R"(["US", "EU", "IN"])"}),
              setting("api_url", &DellOrderStatus::api_url,
                      {.help = "Base address of the order status API.",
                       .default_value = "https://apigtwb2c.us.dell.com/PROD/order-status/api",
                       .in_sample = false}),
              setting("token_url", &DellOrderStatus::token_url,
                      {.help = "Address of the token request, without query.",
                       .default_value = "https://apigtwb2c.us.dell.com/auth/oauth/v2/token",
                       .in_sample = false}),
              setting("values_per_request", &DellOrderStatus::values_per_request,
                      {.help = "How many values go into one search.", .default_value = "50", .in_sample = false}),
              setting("authorization_settings", &DellOrderStatus::authorization_settings,
                      {.help = "Headers in place of the OAuth client, as JSON; set by managed mode.",
                       .default_value = "",
                       .in_sample = false,
                       .secret = true}),
          },
      .basic_connector = true,
      .make = make<DellOrderStatus>,
  };
}

}  // namespace connector::dell_asset_order_status
