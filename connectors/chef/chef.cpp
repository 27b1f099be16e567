// Nodes of one organization of a Chef Infra Server, found by its search.
#include "connector/connector.h"

#include <chrono>
#include <fstream>
#include <optional>
#include <sstream>

#include "chef/audit.h"
#include "chef/signature.h"

namespace connector {
namespace {

constexpr std::int64_t page_size = 1000;

bool is_object_of_texts(const Json& value) {
  if (!value.is_object()) return false;
  for (const Json& text : value) {
    if (!text.is_string()) return false;
  }
  return true;
}

/// {PLATFORM: {NAME: PATH}}
bool has_shape(const Json& setting) {
  if (!setting.is_object()) return false;
  for (const Json& names : setting) {
    if (!is_object_of_texts(names)) return false;
  }
  return true;
}

/// Nodes of one organization of a Chef Infra Server.
class Chef final : public Connector {
 public:
  Url url;
  std::string client;
  std::string key_file;
  Json attribute_extension = Json::object();
  Json node_mappings = Json::object();
  std::string sign_version;

  void check(const Complain& complain) override {
    if (!has_shape(attribute_extension))
      complain("attribute_extension", "must be JSON like {\"PLATFORM\": {\"NAME\": \"PATH\"}}");
    if (!has_shape(node_mappings))
      complain("node_mappings", "must be JSON like {\"KIND\": {\"serial_number\": \"PATH\"}}");
    version_ = sign_version == "1.3" ? chef_server::SignVersion::v1_3 : chef_server::SignVersion::v1_0;
    try {
      std::ifstream file(key_file);
      if (!file) throw std::invalid_argument("cannot be read");
      std::ostringstream pem;
      pem << file.rdbuf();
      key_ = chef_server::PrivateKey::from_pem(pem.str());
      headers_for("/");
    } catch (const std::invalid_argument& error) {
      complain("key_file", "the file " + key_file + " " + error.what());
    }
  }

  void read(const Emit& emit) override {
    const std::string address = url.value + "/search/node";
    const auto parts = parse_url(address);
    if (!parts) throw SourceError("the url of the Chef server is no address: " + url.value);
    const chef_server::AuditSettings settings{attribute_extension, node_mappings};
    for (std::int64_t start = 0;; start += page_size) {
      const Response answer =
          http.send({.url = address,
                     .query = {{"q", "name:*"}, {"rows", std::to_string(page_size)}, {"start", std::to_string(start)}},
                     .headers = headers_for(parts->path)});
      std::int64_t nodes = 0;
      const Json page = answer.json_items("rows", [&](Json node) {
        ++nodes;
        if (node.is_object()) {
          emit(chef_server::audit(node, settings));
        } else {
          emit({std::move(node), "a node is no object"});
        }
      });
      if (!at(page, "rows").is_array())
        throw SourceError(fmt::format("Chef's answer for the nodes from {} has no rows", start));
      const Json& total = at(page, "total");
      if (nodes == 0) return;
      if (total.is_number() ? static_cast<double>(start + page_size) >= total.get<double>() : nodes < page_size) return;
    }
  }

 private:
  Headers headers_for(const std::string& path) const {
    Headers headers = chef_server::signed_headers(
        {.method = "GET", .path = path, .time = std::chrono::system_clock::now(), .user = client}, version_,
        key_.value());
    headers.set("Accept", "application/json");
    headers.set("x-chef-version", "0.10.8");
    return headers;
  }

  chef_server::SignVersion version_ = chef_server::SignVersion::v1_0;
  std::optional<chef_server::PrivateKey> key_;
};

}  // namespace

Plugin chef() {
  return {
      .section = "chef",
      .mapping_name = "Chef",
      .settings =
          {
              setting("url", &Chef::url,
                      {.help = "Address of the organization.", .example = "https://example.com/organizations/org"}),
              setting("client", &Chef::client, {.help = "Chef user or client that reads.", .example = "user"}),
              setting("key_file", &Chef::key_file,
                      {.help = "File with its RSA private key (PEM, not encrypted).", .example = "/path/to/user.pem"}),
              setting("node_mappings", &Chef::node_mappings,
                      {.help = "Other places of serial number and model, JSON: kind of node to paths.",
                       .default_value = "",
                       .example = R"({"basic": {"serial_number": "system.0.Serial Number"}})"}),
              setting("attribute_extension", &Chef::attribute_extension,
                      {.help = "More values for the record, JSON: platform to names and paths.", .default_value = ""}),
              setting("sign_version", &Chef::sign_version,
                      {.help = "Version of the signed headers; 1.3 uses SHA-256.",
                       .default_value = "1.0",
                       .choices = {"1.0", "1.3"},
                       .in_sample = false}),
          },
      .make = make<Chef>,
  };
}

}  // namespace connector
