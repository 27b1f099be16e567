// Devices that Apple assigned to an MDM server for Automated Device Enrollment (once DEP).
#include <fmt/chrono.h>

#include <algorithm>
#include <ctime>
#include <map>
#include <string>
#include <vector>

#include "appledep/session.h"
#include "connector/connector.h"
#include "connector/pages.h"
#include "text/text.h"

namespace connector::appledep {
namespace {

constexpr std::size_t small_batch = 100;

/// Devices that Apple assigned to an MDM server.
class AppleDep final : public Connector {
 public:
  Url url;
  Json api_token;
  int protocol_version = 0;
  int page_size = 0;

  void check(const AddProblem& add_problem) override {
    for (const auto& [name, prefix] : {std::pair("consumer_key", "CK_"), std::pair("consumer_secret", "CS_"),
                                       std::pair("access_token", "AT_"), std::pair("access_secret", "AS_")}) {
      if (!part_of_token(name).starts_with(prefix)) {
        add_problem("api_token", fmt::format("its member {} must be a string that begins with {}: use the JSON text of "
                                             "the decrypted server token",
                                             name, prefix));
      }
    }
    if (protocol_version < 1 || protocol_version > 99) add_problem("protocol_version", "must be from 1 to 99");
  }

  void authenticate() override {
    for (const char* name : {"consumer_key", "consumer_secret", "access_token", "access_secret"}) {
      log.hide(part_of_token(name));
    }
    const std::string expiry = part_of_token("access_token_expiry");
    if (!expiry.empty() && expiry < fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)))) {
      log.warning("Apple's server token expired on {}: download a new one and set api_token", excerpt(expiry));
    }
    http.headers.set("X-Server-Protocol-Version", std::to_string(protocol_version));
    http.headers.set("Content-Type", "application/json;charset=UTF8");
    session_.emplace(http, log, url.value,
                     OAuth1{.consumer_key = part_of_token("consumer_key"),
                            .consumer_secret = part_of_token("consumer_secret"),
                            .token = part_of_token("access_token"),
                            .token_secret = part_of_token("access_secret"),
                            .realm = "ADM"});
    session_->start();
  }

  void read(const Emit& emit) override {
    PageGuard guard("Apple");
    bool more = true;
    for (Json cursor; more;) {
      guard.check(to_text(cursor));
      const Response response = page_from(cursor);
      Json page = response.json();
      const Json& devices = list_of(page, "devices", response);
      read_details(emit, serial_numbers(emit, devices));
      more = more_to_follow(page, response);
      cursor = at(page, "cursor");
      if (more && !cursor.is_string()) throw missing(response, "cursor");
    }
    for (const auto& [status, count] : skipped_) log.warning("{} devices skipped: their details are {}", count, status);
  }

 private:
  std::string part_of_token(const char* name) const {
    const Json& part = at(api_token, name);
    return part.is_string() ? part.get<std::string>() : "";
  }

  static SourceError missing(const Response& response, const char* member) {
    return SourceError(fmt::format("{} {}: the response has no {}", response.method, response.url, member));
  }

  Response page_from(const Json& cursor) {
    const std::vector<int> allow = cursor.is_null() ? std::vector{400} : std::vector<int>();
    Response response = session_->post("/server/devices", {{"limit", page_size}, {"cursor", cursor}}, allow);
    // Apple's documentation leaves the cursor out of the first request; it may stop taking null.
    return response.ok() ? response : session_->post("/server/devices", {{"limit", page_size}});
  }

  static bool more_to_follow(const Json& page, const Response& response) {
    const Json& more = at(page, "more_to_follow");
    if (!more.is_boolean()) throw missing(response, "more_to_follow");
    return more.get<bool>();
  }

  static std::vector<std::string> serial_numbers(const Emit& emit, const Json& devices) {
    std::vector<std::string> serials;
    for (const Json& device : devices) {
      const Json& serial = at(device, "serial_number");
      if (serial.is_string()) {
        serials.push_back(upper_case(serial.get_ref<const std::string&>()));
      } else {
        emit({device, "a device has no serial_number"});
      }
    }
    return serials;
  }

  void read_details(const Emit& emit, const std::vector<std::string>& serials) {
    for (std::size_t first = 0; first < serials.size();) {
      const std::size_t end = std::min(first + batch_, serials.size());
      const Json batch(std::vector<std::string>(serials.data() + first, serials.data() + end));
      const std::vector<int> allow = batch.size() > small_batch ? std::vector{400} : std::vector<int>();
      const Response response = session_->post("/devices", {{"devices", batch}}, allow);
      if (response.ok()) {
        emit_successes(emit, response, batch);
        first = end;
      } else {
        log.info("Apple refused to give details of {} devices at once; requesting {}", batch.size(), small_batch);
        batch_ = small_batch;
      }
    }
  }

  void emit_successes(const Emit& emit, const Response& response, const Json& batch) {
    Json body = response.json();
    if (!at(body, "devices").is_object()) throw missing(response, "devices");
    for (const Json& serial : batch) {
      if (!body["devices"].contains(serial.get_ref<const std::string&>())) ++skipped_["missing"];
    }
    for (Json& device : body["devices"]) {
      const Json& status = at(device, "response_status");
      if (status == "SUCCESS") {
        emit(std::move(device));
      } else {
        ++skipped_[excerpt(status.is_string() ? status.get<std::string>() : to_text(status))];
      }
    }
  }

  std::optional<Session> session_;
  std::size_t batch_ = 1000;            ///< devices whose details are requested at once
  std::map<std::string, int> skipped_;  ///< devices without details, by what Apple says of them
};

}  // namespace

Plugin plugin() {
  return {
      .section = "appledep",
      .mapping_name = "AppleDEP",
      .settings =
          {
              setting("url", &AppleDep::url,
                      {.help = "Address of Apple's device assignment service.",
                       .default_value = "https://mdmenrollment.apple.com"}),
              setting(
                  "api_token", &AppleDep::api_token,
                  {.help = "The decrypted server token: the JSON object that was in the .p7m file.",
                   .example = R"({"consumer_key": "CK_***", "consumer_secret": "CS_***", "access_token": "AT_***", )"
                              R"("access_secret": "AS_***"})",
                   .secret = true}),
              setting("protocol_version", &AppleDep::protocol_version,
                      {.help = "Version of Apple's protocol; higher ones add attributes (7: os is iPadOS on iPads).",
                       .default_value = "2",
                       .in_sample = false}),
              page_size_setting(&AppleDep::page_size, "Devices", 1000),
          },
      .default_converters = {{"device_assigned_date", "timestamp"},
                             {"profile_assign_time", "timestamp"},
                             {"profile_push_time", "timestamp"}},
      .make = make<AppleDep>,
  };
}

}  // namespace connector::appledep
