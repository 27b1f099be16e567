#include "mobileiron/core.h"

#include <unordered_map>
#include <vector>

#include "connector/pages.h"

namespace connector::mobileiron_core {
namespace {

using Names = std::vector<std::string>;

constexpr const char* device_id = "common.uuid";
constexpr std::size_t max_fields = 500;          // EPMM takes 512 in a request
constexpr std::size_t max_fields_length = 6000;  // many servers take addresses of up to 8 KB

/// The device spaces of a server, one after the other.
class Core {
 public:
  Core(const Connector& source, const Emit& emit, const Url& url, int page_size)
      : source_(source), emit_(emit), url_(url.value + "/api/v2/"), page_size_(page_size) {}

  void read_spaces() {
    const Response response = source_.http.get(url_ + "device_spaces/mine");
    Json page = response.json();
    for (const Json& space : list_of(page, "results", response)) {
      const Json& id = at(space, "id");
      if (id.is_null()) throw SourceError("a device space in MobileIron's response has no id");
      read_space(id.is_string() ? id.get<std::string>() : to_text(id));
    }
  }

 private:
  void read_space(const std::string& space) {
    choose_fields(space);
    read_part(source_, emit_, "device space " + space, [&] { read_devices(space); });
  }

  /// The space's own fields; when it does not tell them, those of the space before.
  void choose_fields(const std::string& space) {
    if (fields_.empty()) {
      fields_ = fields_of(space);
      if (fields_.empty()) throw SourceError("device space " + space + " has no fields");
      return;
    }
    Names own;
    const std::string failure = failure_of(source_, "fields of device space " + space, [&] { own = fields_of(space); });
    if (!failure.empty()) source_.log.warning("{}; using the fields of the space before", failure);
    if (!own.empty()) fields_ = std::move(own);
  }

  Names fields_of(const std::string& space) const {
    const Response response = source_.http.get(url_ + "device_spaces/criteria", {{"adminDeviceSpaceId", space}});
    Json page = response.json();
    Names fields;
    for (const Json& field : list_of(page, "results", response)) {
      if (at(field, "name").is_string()) fields.push_back(at(field, "name"));
    }
    return fields;
  }

  void read_devices(const std::string& space) const {
    const Names groups = field_groups();
    PageGuard guard("MobileIron");
    std::size_t count = 0;
    Json page;
    for (std::int64_t offset = 0; offset == 0 || !is_empty(at(page, "hasMore")); offset += page_size_) {
      page = page_at(space, groups.front(), offset);
      Json& devices = page["results"];
      if (devices.empty()) break;
      guard.check(to_text(devices));
      count += devices.size();
      for (std::size_t i = 1; i < groups.size(); ++i) {
        Json further = page_at(space, groups[i], offset);
        add_fields(devices, further["results"]);
      }
      emit_rows(emit_, devices, "a device");
    }
    if (const Json& total = at(page, "totalCount"); total.is_number() && total > count) {
      source_.log.warning("device space {}: {} devices came of {}", space, count, to_text(total));
    }
  }

  /// The fields of each request, joined by commas. As long as one request takes all fields there is one. Else only
  /// those that are wanted are asked for, in several requests if need be, each with the device's ID.
  Names field_groups() const {
    const std::string all = fmt::format("{}", fmt::join(fields_, ","));
    if (fields_.size() <= max_fields && all.size() <= max_fields_length) return {all};
    Names groups = {device_id};
    std::size_t count = 1;
    for (const std::string& field : fields_) {
      if (field == device_id || !source_.wants(field)) continue;
      if (count == max_fields || groups.back().size() + field.size() > max_fields_length) {
        groups.push_back(device_id);
        count = 1;
      }
      groups.back() += "," + field;
      ++count;
    }
    return groups;
  }

  Json page_at(const std::string& space, const std::string& fields, std::int64_t offset) const {
    const Response response = source_.http.get(url_ + "devices", {{"adminDeviceSpaceId", space},
                                                                  {"fields", fields},
                                                                  {"labelId", "-1"},
                                                                  {"limit", std::to_string(page_size_)},
                                                                  {"offset", std::to_string(offset)}});
    Json page = response.json();
    list_of(page, "results", response);
    return page;
  }

  /// Adds further fields to devices. A device that has left the page meanwhile is not sent: its missing fields would be
  /// emptied in Oomnitza.
  void add_fields(Json& devices, Json& further) const {
    std::unordered_map<std::string, Json*> by_id;
    for (Json& fields : further) {
      if (fields.is_object()) by_id[to_text(at(fields, device_id))] = &fields;
    }
    Json complete = Json::array();
    for (Json& device : devices) {
      const std::string id = to_text(at(device, device_id));
      const auto found = by_id.find(id);
      if (found == by_id.end()) {
        emit_.failed("device " + id, "some of its fields could not be read");
        continue;
      }
      for (auto& [name, value] : found->second->items()) {
        if (name != device_id) append_member(device, name, std::move(value));
      }
      complete.push_back(std::move(device));
    }
    devices = std::move(complete);
  }

  const Connector& source_;
  const Emit& emit_;
  const std::string url_;
  const int page_size_;
  Names fields_;
};

}  // namespace

void read(const Connector& source, const Emit& emit, const Url& url, int page_size) {
  Core(source, emit, url, page_size).read_spaces();
}

}  // namespace connector::mobileiron_core
