#include "casper/devices.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

namespace connector::casper {
namespace {

/// A section of the record and its name in requests.
using Section = std::pair<const char*, const char*>;

constexpr const char* members = "groupMemberships";

constexpr Section of_computers[] = {
    {"general", "GENERAL"},
    {"diskEncryption", "DISK_ENCRYPTION"},
    {"purchasing", "PURCHASING"},
    {"applications", "APPLICATIONS"},
    {"storage", "STORAGE"},
    {"userAndLocation", "USER_AND_LOCATION"},
    {"configurationProfiles", "CONFIGURATION_PROFILES"},
    {"printers", "PRINTERS"},
    {"services", "SERVICES"},
    {"hardware", "HARDWARE"},
    {"localUserAccounts", "LOCAL_USER_ACCOUNTS"},
    {"certificates", "CERTIFICATES"},
    {"attachments", "ATTACHMENTS"},
    {"packageReceipts", "PACKAGE_RECEIPTS"},
    {"security", "SECURITY"},
    {"operatingSystem", "OPERATING_SYSTEM"},
    {"licensedSoftware", "LICENSED_SOFTWARE"},
    {"softwareUpdates", "SOFTWARE_UPDATES"},
    {"extensionAttributes", "EXTENSION_ATTRIBUTES"},
    {"contentCaching", "CONTENT_CACHING"},
    {members, "GROUP_MEMBERSHIPS"},
};

constexpr Section of_mobile_devices[] = {
    {"general", "GENERAL"},
    {"hardware", "HARDWARE"},
    {"userAndLocation", "USER_AND_LOCATION"},
    {"purchasing", "PURCHASING"},
    {"security", "SECURITY"},
    {"applications", "APPLICATIONS"},
    {"ebooks", "EBOOKS"},
    {"network", "NETWORK"},
    {"serviceSubscriptions", "SERVICE_SUBSCRIPTIONS"},
    {"certificates", "CERTIFICATES"},
    {"profiles", "PROFILES"},
    {"userProfiles", "USER_PROFILES"},
    {"provisioningProfiles", "PROVISIONING_PROFILES"},
    {"sharedUsers", "SHARED_USERS"},
    {"groups", "GROUPS"},
    {"extensionAttributes", "EXTENSION_ATTRIBUTES"},
};

Query sections_for(const Connector& source, const DeviceQuery& query) {
  Query sections;
  const auto add = [&](const auto& known) {
    for (const auto& [part, name] : known) {
      const bool is_needed = source.wants(part) || (!query.group.empty() && part == std::string_view(members));
      if (is_needed) sections.emplace_back("section", name);
    }
  };
  query.of_computers ? add(of_computers) : add(of_mobile_devices);
  return sections;
}

bool is_member(const Json& computer, const std::string& group) {
  const Json& groups = at(computer, members);
  return groups.is_array() &&
         std::any_of(groups.begin(), groups.end(), [&](const Json& entry) { return at(entry, "groupName") == group; });
}

/// The pages of an inventory, of whatever version the server has.
class Inventory {
 public:
  Inventory(const Connector& source, const DeviceQuery& query)
      : source_(source), query_(query), sections_(sections_for(source, query)) {}

  Request request(int number) const {
    Request request{.url = query_.url + path(), .query = sections_};
    request.query.emplace_back("page", std::to_string(number));
    request.query.emplace_back("page-size", std::to_string(query_.page_size));
    const std::string id = query_.of_computers ? "id" : "mobileDeviceId";
    request.query.emplace_back("sort", id + ":asc");
    if (!query_.ids.empty()) {  // RSQL
      request.query.emplace_back("filter", fmt::format("{}=in=({})", id, fmt::join(query_.ids, ",")));
    }
    return request;
  }

  Page ask(const Request& asked) {
    Page page{.response = send(asked)};
    page.body = page.response.json();
    const std::size_t devices = list_of(page.body, "results", page.response).size();
    read_ += devices;
    const Json& total = at(page.body, "totalCount");
    const bool is_last = total.is_number_unsigned() ? read_ >= total.get<std::size_t>() : devices == 0;
    if (!is_last) page.next = [this, devices, total, url = page.response.url] { return next(devices, total, url); };
    return page;
  }

 private:
  std::string path() const {
    return query_.of_computers ? fmt::format("/api/v{}/computers-inventory", version_)
                               : "/api/v2/mobile-devices/detail";
  }

  /// Jamf Pro drops old versions some day. Those up to the third name the parts alike.
  Response send(Request request) {
    const bool may_be_newer = query_.of_computers && number_ == 0 && version_ < 3;
    request.allow = may_be_newer ? std::vector{404, 410} : std::vector<int>();
    Response response = source_.http.send(request);
    if (response.ok()) return response;
    ++version_;
    return send(this->request(0));
  }

  Request next(std::size_t devices, const Json& total, const std::string& url) {
    if (devices == 0) {
      throw SourceError(fmt::format("GET {}: Jamf Pro counts {} devices but gave {}", url, to_text(total), read_));
    }
    return request(++number_);
  }

  const Connector& source_;
  const DeviceQuery& query_;
  const Query sections_;
  int version_ = 1;
  int number_ = 0;  ///< of the page
  std::size_t read_ = 0;
};

}  // namespace

void read_inventory(const Connector& source, const DeviceQuery& query, const Emit& emit) {
  Inventory inventory(source, query);
  PageGuard guard("Jamf Pro");
  const auto ask = [&](const Request& request) {
    Page page = inventory.ask(request);
    guard.check(page.response.body);
    return page;
  };
  each_page(inventory.request(0), ask, [&](Page& page) {
    Json& devices = page.body["results"];
    if (query.group.empty()) {
      expect_count(emit, at(page.body, "totalCount"));
    } else {
      std::erase_if(devices.get_ref<Json::array_t&>(),
                    [&](const Json& device) { return device.is_object() && !is_member(device, query.group); });
    }
    emit_rows(emit, devices, "a device");
  });
}

}  // namespace connector::casper
