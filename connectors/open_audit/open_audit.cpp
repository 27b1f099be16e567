// Devices from Open-AudIT, each with its details, its network card and its software.
#include "connector/pages.h"

#include <atomic>
#include <optional>

#include "open_audit/record.h"
#include "open_audit/session.h"

namespace connector::open_audit {
namespace {

constexpr int max_page_size = 10'000;

/// What makes up a device's record, by version of Open-AudIT.
enum class Api {
  unknown,
  parts,   ///< up to 4: a request for the details and one for each other part
  include  ///< from 5 on: all in the details' response
};

std::string id_of(const Json& device) {
  const Json& id = at(device, "id");
  if (id.is_string()) return id.get<std::string>();
  return id.is_number_integer() ? to_text(id) : "";
}

/// Devices from Open-AudIT.
class OpenAudit final : public Connector {
 public:
  Url url;
  std::string username;
  Secret password;
  int page_size = 1000;

  void authenticate() override {
    http.headers.set("Accept", "application/json");
    session_.emplace(http, log, url.value + "/open-audit/index.php", Credentials{username, password.value});
    if (session_->is_old()) api_ = Api::parts;
  }

  void read(const Emit& emit) override {
    PageGuard guard("Open-AudIT");
    std::size_t devices = 0;
    for (std::int64_t offset = 0;; offset += page_size) {
      const Response response =
          session_->get("/devices", {{"limit", std::to_string(page_size)}, {"offset", std::to_string(offset)}});
      Json page = response.json();
      const Json& rows = data_of(page, response);
      expect_count(emit, at(page, "meta.total"));
      if (!rows.empty()) guard.check(to_text(ids_of(rows)));
      read_devices(emit, rows);
      devices += rows.size();
      const bool is_full = static_cast<int>(rows.size()) == page_size || at(page, "meta.filtered") == page_size;
      if (rows.empty() || !is_full) return compare(devices, at(page, "meta.total"));
    }
  }

 private:
  static Json ids_of(const Json& rows) {
    Json ids = Json::array();
    for (const Json& row : rows) ids.push_back(id_of(row));
    return ids;
  }

  void read_devices(const Emit& emit, const Json& rows) {
    std::vector<std::string> ids;
    for (const Json& row : rows) {
      if (std::string id = id_of(row); !id.empty()) {
        ids.push_back(std::move(id));
      } else {
        emit({row, "a device has no id"});
      }
    }
    emit_details(
        *this, emit, ids, [this](const std::string& id) { return device("/devices/" + percent_encoded(id)); },
        [](const std::string& id) { return "device " + id; });
  }

  Json device(const std::string& path) {
    const bool ask_for_all = api_ != Api::parts;
    const Response response = session_->get(path, ask_for_all ? Query{{"include", "software,network"}} : Query{});
    Json page = response.json();
    const Json& data = data_of(page, response);
    const Json& details = data.empty() ? data : at(data[0], "attributes");
    if (!details.is_object()) throw SourceError(response.url + ": the response has no details");
    if (ask_for_all && page.contains("included")) {
      api_ = Api::include;
      const Json& included = at(page, "included");
      if (!included.is_object() && !is_empty(included)) throw SourceError(response.url + ": included is not an object");
      return device_record(details, at(included, "network"), at(included, "software"));
    }
    if (api_ == Api::include) throw SourceError(response.url + ": the response has nothing included");
    api_ = Api::parts;
    return device_record(details, part(path, "network"), part(path, "software"));
  }

  Json part(const std::string& path, const std::string& name) {
    const Response response = session_->get(path, {{"sub_resource", name}});
    Json page = response.json();
    Json& data = data_of(page, response);
    if (!data.empty() && at(data[0], "type") == "devices") {
      throw SourceError(fmt::format("{}: the response to sub_resource={} is the device itself", response.url, name));
    }
    return std::move(data);
  }

  void compare(std::size_t devices, const Json& total) const {
    if (total.is_number() && total > devices) {
      log.warning("Open-AudIT counts {} devices, but lists {}; its license may limit the list", to_text(total),
                  devices);
    }
  }

  std::atomic<Api> api_ = Api::unknown;
  std::optional<Session> session_;
};

}  // namespace

Plugin plugin() {
  return {
      .section = "open_audit",
      .mapping_name = "Open_Audit",
      .settings =
          {
              setting("url", &OpenAudit::url,
                      {.help = "Address of the Open-AudIT server.", .example = "http://XXX.XXX.XXX.XXX"}),
              setting("username", &OpenAudit::username, {.help = "User that logs on.", .example = ""}),
              setting("password", &OpenAudit::password, {.help = "The user's password.", .default_value = ""}),
              page_size_setting(&OpenAudit::page_size, "Devices of the list", max_page_size, 1000),
          },
      .default_mapping = {{"APPLICATIONS", {{"source", "software"}}}},
      .default_converters = {{"hardware.end_of_life", "date_format"},
                             {"hardware.end_of_service", "date_format"},
                             {"hardware.first_seen", "date_format"},
                             {"hardware.last_seen", "date_format"},
                             {"hardware.os_installation_date", "date_format"},
                             {"hardware.warranty_expires", "date_format"}},
      .make = make<OpenAudit>,
  };
}

}  // namespace connector::open_audit
