// Jamf Pro's Classic API.
#include <optional>

#include "casper/devices.h"
#include "casper/subsets.h"

namespace connector::casper {
namespace {

/// Where the Classic API has the devices of one kind.
struct Kind {
  std::string name;        ///< for messages
  std::string path;        ///< of all, and before an id
  std::string list;        ///< of their ids
  std::string object;      ///< of one of them
  std::string group_path;  ///< before a group's name
  std::string group;       ///< the object that holds a group's list
};

const Kind computers = {.name = "computer",
                        .path = "computers",
                        .list = "computers",
                        .object = "computer",
                        .group_path = "computergroups",
                        .group = "computer_group"};
const Kind mobile_devices = {.name = "mobile device",
                             .path = "mobiledevices",
                             .list = "mobile_devices",
                             .object = "mobile_device",
                             .group_path = "mobiledevicegroups",
                             .group = "mobile_device_group"};

class Classic {
 public:
  Classic(const Connector& source, const DeviceQuery& query)
      : source_(source),
        query_(query),
        kind_(query.of_computers ? computers : mobile_devices),
        subset_(subset_path()) {}

  void read(const Emit& emit) const {
    const auto name = [this](const std::string& id) { return kind_.name + " " + id; };
    if (query_.ids.empty()) {
      const std::vector<std::string> ids = ids_of_all(emit);
      emit_details(
          source_, emit, ids, [this](const std::string& id) { return details(id); }, name);
    } else {
      emit_details(
          source_, emit, query_.ids, [this](const std::string& id) { return details_unless_gone(id); }, name);
    }
  }

 private:
  std::vector<std::string> ids_of_all(const Emit& emit) const {
    const Response response = list_of_ids();
    Json body = response.json();
    std::vector<std::string> ids;
    for (const Json& entry :
         list_of(body, query_.group.empty() ? kind_.list : kind_.group + "." + kind_.list, response)) {
      const Json& id = at(entry, "id");
      const std::string text = id.is_string() ? id.get<std::string>() : to_text(id);
      if (id.is_number_integer() || (id.is_string() && !text.empty())) {
        ids.push_back(percent_encoded(text));
      } else {
        emit.failed(fmt::format("an entry of the list of {}s: {}", kind_.name, excerpt(to_text(entry), source_.log)),
                    "it has no id");
      }
    }
    return ids;
  }

  Response list_of_ids() const {
    std::string path = "/JSSResource/" + kind_.path;
    if (!query_.group.empty()) {
      path = "/JSSResource/" + kind_.group_path + "/name/" + percent_encoded(query_.group);
      source_.log.info("reading the {} group \"{}\"", kind_.name, query_.group);
    }
    Response response = source_.http.send({.url = query_.url + path, .allow = {404, 410}});
    if (response.ok()) return response;
    if (query_.group.empty()) {
      throw SourceError(
          fmt::format("GET {}: status {}: no Classic API for {}s here. Check url; if Jamf has removed it from "
                      "this version, set api = pro",
                      response.url, response.status, kind_.name));
    }
    throw SourceError(fmt::format("GET {}: status {}: no {} group \"{}\". Check group_name and sync_type", response.url,
                                  response.status, kind_.name, query_.group));
  }

  std::string subset_path() const {
    if (source_.all_attributes && source_.code.empty()) return {};
    const std::string names = subsets(source_.sources, source_.converters, source_.code);
    return names.empty() ? "" : "/subset/" + names;
  }

  Json details(const std::string& id) const { return device_in(source_.http.get(details_url(id))); }

  std::optional<Json> details_unless_gone(const std::string& id) const {
    const Response response = source_.http.send({.url = details_url(id), .allow = {404}});
    if (response.ok()) return std::optional<Json>(device_in(response));
    source_.log.debug("{} {} is gone: no record", kind_.name, id);
    return std::nullopt;
  }

  std::string details_url(const std::string& id) const {
    return query_.url + "/JSSResource/" + kind_.path + "/id/" + id + subset_;
  }

  Json device_in(const Response& response) const {
    const Json body = response.json();
    const Json& device = at(body, kind_.object);
    if (!device.is_object() || device.empty()) {
      throw SourceError(fmt::format("GET {}: the response has no \"{}\"", response.url, kind_.object));
    }
    return device;
  }

  const Connector& source_;
  const DeviceQuery& query_;
  const Kind& kind_;
  const std::string subset_;  ///< the part of an address that names what is read of a device; empty: all
};

}  // namespace

void read_classic(const Connector& source, const DeviceQuery& query, const Emit& emit) {
  Classic(source, query).read(emit);
}

}  // namespace connector::casper
