#include "open_audit/record.h"

#include "connector/pages.h"

namespace connector::open_audit {
namespace {

/// What a row says: up to version 4 in an object of its own.
const Json& attributes_of(const Json& row) {
  const Json& attributes = at(row, "attributes");
  return attributes.is_null() ? row : attributes;
}

void check_rows(const Json& rows, std::string_view what) {
  if (is_empty(rows)) return;
  if (!rows.is_array()) throw SourceError(fmt::format("the {} is not a list", what));
  for (const Json& row : rows) {
    if (!attributes_of(row).is_object()) throw SourceError(fmt::format("an entry of the {} is not an object", what));
  }
}

Json programs(const Json& software) {
  Json list = Json::array();
  if (is_empty(software)) return list;
  for (const Json& row : software) {
    const Json& program = attributes_of(row);
    Json entry = software_entry(at(program, "name"), at(program, "version"), at(program, "location"));
    entry["publisher"] = at(program, "publisher");
    list.push_back(std::move(entry));
  }
  return list;
}

}  // namespace

Json& data_of(Json& page, const Response& response) {
  if (!page.is_object() || !page.contains("data") || !is_empty(at(page, "errors"))) {
    throw SourceError(
        fmt::format("{} {}: the response has no data: {}", response.method, response.url, excerpt(response.body)));
  }
  if (is_empty(page["data"])) page["data"] = Json::array();
  return list_of(page, "data", response);
}

Json device_record(Json hardware, const Json& network, const Json& software) {
  check_rows(network, "network");
  check_rows(software, "software");
  const bool has_card = !is_empty(network);
  hardware["mac"] = has_card ? at(attributes_of(network[0]), "mac") : Json("");
  hardware["mac_vendor"] = has_card ? at(attributes_of(network[0]), "manufacturer") : Json("");
  return {{"hardware", std::move(hardware)}, {"software", programs(software)}};
}

}  // namespace connector::open_audit
