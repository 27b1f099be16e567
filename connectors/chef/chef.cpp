// Nodes of one organization of a Chef Infra Server, found by its search.
#include "connector/pages.h"

#include <chrono>
#include <fstream>
#include <optional>
#include <sstream>
#include <unordered_set>

#include "chef/audit.h"
#include "chef/signature.h"
#include "platform/path.h"

namespace connector::chef {
namespace {

constexpr int max_page_size = 1000;

/// Servers with Elasticsearch or OpenSearch find no more nodes than this, however many there are.
constexpr int search_limit = 10'000;

/// No organization has as many nodes: a larger total is not a number of nodes.
constexpr double most_nodes = 1e9;

/// Whether a search's total may hide that there are more nodes.
bool may_be_cut(const Json& total) {
  return total.is_number() && total.get<double>() >= search_limit && total.get<double>() < most_nodes;
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
  int page_size = max_page_size;

  void check(const AddProblem& add_problem) override {
    if (!has_shape(attribute_extension))
      add_problem("attribute_extension", "must be JSON like {\"PLATFORM\": {\"NAME\": \"PATH\"}}");
    if (!has_shape(node_mappings))
      add_problem("node_mappings", "must be JSON like {\"KIND\": {\"serial_number\": \"PATH\"}}");
    version_ = sign_version == "1.3" ? SignVersion::v1_3 : SignVersion::v1_0;
    try {
      std::ifstream file(key_file);
      if (!file) throw std::invalid_argument("cannot be read");
      std::ostringstream pem;
      pem << file.rdbuf();
      key_ = PrivateKey::from_pem(pem.str());
      headers_for("/");
    } catch (const std::invalid_argument& error) {
      add_problem("key_file", "the file " + shown_path(key_file) + " " + error.what());
    }
  }

  void read(const Emit& emit) override {
    if (read_search(emit)) read_others(emit);
  }

 private:
  /// Hands over all nodes that the search finds. Whether the organization may have more.
  bool read_search(const Emit& emit) {
    std::int64_t read = 0;
    for (std::int64_t start = 0;; start += page_size) {
      const bool is_beyond = start + page_size > search_limit;
      const Response response =
          get("/search/node", {{"q", "name:*"}, {"rows", std::to_string(page_size)}, {"start", std::to_string(start)}},
              is_beyond ? std::vector<int>{500} : std::vector<int>{});
      if (!response.ok()) return true;
      std::int64_t nodes = 0;
      const Json page = response.json_items("rows", [&](Json node) {
        ++nodes;
        emit_node(emit, std::move(node));
      });
      if (!at(page, "rows").is_array()) {
        throw SourceError(fmt::format("Chef's response for the nodes from {} has no list \"rows\"", start));
      }
      read += nodes;
      const Json& total = at(page, "total");
      const bool is_last =
          total.is_number() ? static_cast<double>(start + page_size) >= total.get<double>() : nodes < page_size;
      if (nodes == 0 || is_last) {
        if (may_be_cut(total) || read >= search_limit) return true;
        warn_of_difference(total, read);
        return false;
      }
    }
  }

  void warn_of_difference(const Json& total, std::int64_t read) const {
    if (!total.is_number() || total.get<double>() <= static_cast<double>(read)) return;
    log.warning("Chef's search counts {} nodes, but gave {}; the client may not be allowed to read all of them",
                to_text(total), read);
  }

  void emit_node(const Emit& emit, Json node) {
    if (!node.is_object()) return emit({std::move(node), "a node is not an object"});
    if (const Json& name = at(node, "name"); name.is_string()) found_.insert(name.get<std::string>());
    emit(record(node));
  }

  /// The nodes that the search did not find, one by one.
  void read_others(const Emit& emit) {
    const Response response = get("/nodes");
    const Json nodes = response.json();
    if (!nodes.is_object()) throw SourceError(response.url + ": the response is not an object");
    std::vector<std::string> others;
    for (const auto& [name, address] : nodes.items()) {
      if (!found_.contains(name)) others.push_back(name);
    }
    if (others.empty()) return;
    log.warning("Chef's search found {} of {} nodes; reading the other {} one by one", found_.size(), nodes.size(),
                others.size());
    emit_details(
        *this, emit, others,
        [this](const std::string& name) {
          const Response node = get("/nodes/" + percent_encoded(name));
          const Json content = node.json();
          if (!content.is_object()) throw SourceError(node.url + ": the response is not an object");
          return record(content);
        },
        [](const std::string& name) { return "node " + name; });
  }

  Json record(const Json& node) const { return audit(node, {attribute_extension, node_mappings}); }

  Response get(const std::string& path, const Query& query = {}, std::vector<int> allow = {}) const {
    const std::string address = url.value + path;
    const auto parts = parse_url(address);
    if (!parts) throw SourceError("the url of the Chef server is not an address: " + url.value);
    allow.push_back(401);
    Response response =
        http.send({.url = address, .query = query, .headers = headers_for(parts->path), .allow = std::move(allow)});
    if (response.status != 401) return response;
    throw AuthenticationError(problem_of(response, log) + ". Check client, key_file and this machine's clock" +
                              (sign_version == "1.3" ? "" : "; a server in FIPS mode wants sign_version = 1.3"));
  }

  Headers headers_for(const std::string& path) const {
    Headers headers =
        signed_headers({.method = "GET", .path = path, .time = std::chrono::system_clock::now(), .user = client},
                       version_, key_.value());
    headers.set("Accept", "application/json");
    headers.set("x-chef-version", "0.10.8");
    return headers;
  }

  SignVersion version_ = SignVersion::v1_0;
  std::optional<PrivateKey> key_;
  std::unordered_set<std::string> found_;  ///< names of the nodes that the search found
};

}  // namespace

Plugin plugin() {
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
              page_size_setting(&Chef::page_size, "Nodes", max_page_size),
          },
      .make = make<Chef>,
  };
}

}  // namespace connector::chef
