#include "mobileiron/cloud.h"

#include <array>

#include "connector/pages.h"

namespace connector::mobileiron_cloud {
namespace {

constexpr std::array<const char*, 4> hardware_fields = {"primaryHDDSize", "primaryProcessorName",
                                                        "primaryProcessorCores", "primaryMemoryCapacity"};

/// An ID, which may be a number.
std::string text_of(const Json& id) {
  return id.is_string() ? id.get<std::string>() : to_text(id);
}

/// A device, and if its hardware could not be read, why.
struct Device {
  Json data;
  std::string failure;
};

class Cloud {
 public:
  Cloud(const Connector& source, const Emit& emit, const Url& url, const Selection& selection, int page_size)
      : source_(source), emit_(emit), url_(url.value + "/api/v1/"), selection_(selection), page_size_(page_size) {}

  void read_partitions() const {
    const Response response = source_.http.get(url_ + "tenant/partition/device");
    Json page = response.json();
    const Json& all = list_of(page, "result.searchResults", response);
    warn_about_missing(all);
    for (const Json& partition : all) {
      const Json& id = at(partition, "id");
      const Json& name = at(partition, "name");
      if (!selection_.partitions.contain(name)) continue;
      if (id.is_null()) throw SourceError(fmt::format("partition {} has no id", to_text(name)));
      read_part(source_, emit_, "partition " + to_text(name), [&] { read_partition(text_of(id)); });
    }
  }

 private:
  void warn_about_missing(const Json& all) const {
    for (const std::string& name : selection_.partitions.names) {
      const auto is_it = [&](const Json& partition) { return at(partition, "name") == name; };
      if (std::any_of(all.begin(), all.end(), is_it)) continue;
      source_.log.warning("MobileIron shows no partition \"{}\"; check partitions and the user's rights", name);
    }
  }

  /// Newest check-ins come first: after a page without any that counts there are only older ones.
  void read_partition(const std::string& partition) const {
    const std::int64_t oldest = oldest_check_in();
    PageGuard guard("MobileIron");
    std::size_t total = 0;
    std::size_t start = 0;
    do {
      const Response response = source_.http.get(url_ + "device", {{"dmPartitionId", partition},
                                                                   {"rows", std::to_string(page_size_)},
                                                                   {"start", std::to_string(start)},
                                                                   {"sortFields[0].name", "lastCheckin"},
                                                                   {"sortFields[0].order", "DESC"}});
      Json page = response.json();
      Json& devices = list_of(page, "result.searchResults", response);
      if (const Json& count = at(page, "result.totalCount"); total == 0 && count.is_number_unsigned()) total = count;
      if (devices.empty()) {
        if (start < total) source_.log.warning("partition {}: {} devices came of {}", partition, start, total);
        return;
      }
      guard.check(to_text(devices));
      start += devices.size();
      drop_older(devices, oldest);
      if (devices.empty()) return;
      emit_with_hardware(devices);
    } while (total == 0 || start < total);
  }

  /// In milliseconds since 1970.
  std::int64_t oldest_check_in() const {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto longest_ago = selection_.last_check_in.value_or(std::chrono::seconds(0));
    return std::chrono::duration_cast<std::chrono::milliseconds>(now - longest_ago).count();
  }

  void drop_older(Json& devices, std::int64_t oldest) const {
    if (!selection_.last_check_in) return;
    std::erase_if(devices.get_ref<Json::array_t&>(), [&](const Json& device) {
      const Json& time = at(device, "lastCheckin");
      return device.is_object() && (!time.is_number_integer() || time < oldest);
    });
  }

  void emit_with_hardware(Json& devices) const {
    parallel(
        source_.workers, devices, [this](Json& device) { return with_hardware(device); },
        [this](Device device) {
          const char* error = device.data.is_object() ? "" : "a device is not an object";
          emit_({std::move(device.data), error});
          if (!device.failure.empty()) emit_.incomplete(device.failure);
        });
  }

  Device with_hardware(Json& device) const {
    if (!device.is_object()) return {std::move(device), {}};
    for (const char* field : hardware_fields) device[field] = nullptr;
    const Json id = at(device, "id");
    std::string failure;
    if (!is_empty(at(device, "windowsDeviceType")) && !id.is_null() && wants_hardware()) {
      failure = failure_of(source_, "hardware of device " + text_of(id), [&] { add_hardware(device, text_of(id)); });
    }
    return {std::move(device), std::move(failure)};
  }

  bool wants_hardware() const {
    const auto wants = [this](const char* field) { return source_.wants(field); };
    return wants("serialNumber") || std::any_of(hardware_fields.begin(), hardware_fields.end(), wants);
  }

  void add_hardware(Json& device, const std::string& id) const {
    const Response response = source_.http.send(
        {.url = fmt::format("{}device/{}/hardwareinventory", url_, percent_encoded(id)), .allow = {404}});
    if (response.status == 404) return;
    const Json answer = response.json();
    const Json& result = at(answer, "result");
    device["primaryHDDSize"] = at(result, "hardDrive.0.size");
    device["primaryProcessorName"] = at(result, "processor.0.name");
    device["primaryProcessorCores"] = at(result, "processor.0.cores");
    device["primaryMemoryCapacity"] = at(result, "physicalMemory.0.capacity");
    const Json& serial = at(result, "computerSystemProduct.identifyingNumber");
    if (!is_empty(serial)) device["serialNumber"] = serial;
  }

  const Connector& source_;
  const Emit& emit_;
  const std::string url_;
  const Selection& selection_;
  const int page_size_;
};

}  // namespace

void parse_setting(const std::string& text, Partitions& value) {
  const Json one = Json::parse(text, nullptr, false);
  value.all = text == "All";
  if (!value.all)
    value.names = string_list(text).value_or(std::vector{one.is_string() ? one.get<std::string>() : text});
}

void read(const Connector& source, const Emit& emit, const Url& url, const Selection& selection, int page_size) {
  Cloud(source, emit, url, selection, page_size).read_partitions();
}

}  // namespace connector::mobileiron_cloud
