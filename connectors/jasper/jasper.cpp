// SIM terminals of Cisco Jasper that were modified since the last run, by its SOAP API.
#include <chrono>
#include <filesystem>
#include <map>
#include <vector>

#include "connector/pages.h"
#include "connector/state.h"
#include "files.h"
#include "jasper/soap.h"
#include "jasper/terminal.h"
#include "jasper/time.h"

namespace connector::jasper {
namespace {

constexpr const char* action_prefix = "http://api.jasperwireless.com/ws/service/terminal/";
constexpr const char* first_date = "2015-03-04T00:00:00Z";
constexpr std::size_t max_details = 50;  // the API's limit for one call

std::string trimmed(const std::string& text) {
  return std::string(soap::trimmed(text));
}

/// The file that a path or a file:// URL (RFC 8089) names.
std::string local_file(const std::string& path) {
  constexpr std::string_view scheme = "file://", host = "localhost";
  if (!path.starts_with(scheme)) return path;
  const std::string_view rest = std::string_view(path).substr(scheme.size());
  return percent_decoded(rest.starts_with("localhost/") ? rest.substr(host.size()) : rest);
}

/// SIM terminals of Cisco Jasper that were modified since the last run.
class Jasper final : public Connector {
 public:
  std::string wsdl_path;
  std::string username;
  Secret password;
  Secret api_token;
  std::string storage;

  void read(const Emit& emit) override {
    endpoint_ = read_endpoint();
    since_ = read_since();
    const std::vector<std::string> iccids = modified_terminals();
    for (std::size_t begin = 0; begin < iccids.size(); begin += max_details) {
      const std::size_t end = std::min(iccids.size(), begin + max_details);
      read_details(
          {iccids.begin() + static_cast<std::ptrdiff_t>(begin), iccids.begin() + static_cast<std::ptrdiff_t>(end)},
          emit);
    }
    if (missing_.empty()) return;
    log.warning("details of {} of {} modified terminals did not come (first: {}); the state stays before them",
                missing_.size(), iccids.size(), missing_.front());
  }

  void delivered() override {
    const Json newest = soap::instant(newest_);
    const Json before = soap::instant(since_);
    if (newest.is_null() || (!before.is_null() && newest <= before)) return;
    StateFile(storage).write(newest_);
  }

 private:
  std::string read_endpoint() const {
    const bool is_remote = wsdl_path.starts_with("http://") || wsdl_path.starts_with("https://");
    const std::string text = is_remote ? http.get(wsdl_path).body : content_of(local_file(wsdl_path));
    std::string endpoint = soap::endpoint_of(soap::parse(text, "the WSDL " + wsdl_path));
    const auto parts = parse_url(endpoint);
    if (!parts || (parts->scheme != "http" && parts->scheme != "https")) {
      throw SourceError("the WSDL " + wsdl_path + " names no http or https address of its service");
    }
    return endpoint;
  }

  /// The state file; older versions kept it one folder above.
  std::string read_since() const {
    const std::filesystem::path file = storage;
    std::optional<std::string> found = StateFile(file).read();
    if (!found && file.is_relative()) found = StateFile(".." / file).read();
    const std::string since = found.value_or("");
    return since.empty() ? first_date : since;
  }

  std::vector<std::string> modified_terminals() const {
    std::vector<std::string> iccids;
    PageGuard guard("Jasper");
    int pages = 1;
    for (int page = 1; page <= pages; ++page) {
      soap::Envelope envelope = new_request("GetModifiedTerminalsRequest");
      envelope.add(envelope.request, "since", since_);
      if (page > 1) envelope.add(envelope.request, "pageNumber", std::to_string(page));
      const pugi::xml_document answer = call("GetModifiedTerminals", envelope);
      const pugi::xml_node body = soap::body_of(answer, "GetModifiedTerminalsResponse", log);
      std::string entries;
      for (const pugi::xml_node iccid : soap::child(body, "iccids").children()) {
        if (!soap::is(iccid, soap::jasper_namespace, "iccid")) continue;
        iccids.push_back(trimmed(soap::text_of(iccid)));
        entries += iccids.back() + '\n';
      }
      guard.check(entries.empty() ? std::to_string(page) : entries);
      check_length("Jasper's list of modified terminals", iccids.size());
      if (const int total = soap::child(body, "totalPages").text().as_int(); total > 0) pages = total;
    }
    return iccids;
  }

  void read_details(const std::vector<std::string>& iccids, const Emit& emit) {
    soap::Envelope envelope = new_request("GetTerminalDetailsRequest");
    const pugi::xml_node list = envelope.add(envelope.request, "iccids");
    for (const std::string& iccid : iccids) envelope.add(list, "iccid", iccid);
    const pugi::xml_document answer = call("GetTerminalDetails", envelope);
    const pugi::xml_node response = soap::body_of(answer, "GetTerminalDetailsResponse", log);
    std::map<std::string, std::string> modified;  // when, by ICCID
    for (const pugi::xml_node terminal : soap::child(response, "terminals").children()) {
      if (!soap::is(terminal, soap::jasper_namespace, "terminal")) continue;
      emit(soap::terminal_record(terminal));
      modified[text_of(terminal, "iccid")] = text_of(terminal, "dateModified");
    }
    for (const std::string& iccid : iccids) {  // the oldest change first
      const auto found = modified.find(iccid);
      if (found == modified.end()) {
        missing_.push_back(iccid);
      } else if (missing_.empty()) {
        remember(found->second);
      }
    }
  }

  static std::string text_of(const pugi::xml_node& terminal, std::string_view name) {
    return trimmed(soap::text_of(soap::child(terminal, name)));
  }

  void remember(const std::string& modified) {
    const Json instant = soap::instant(modified);
    const Json newest = soap::instant(newest_);
    if (!instant.is_null() && (newest.is_null() || newest < instant)) newest_ = modified;
  }

  soap::Envelope new_request(const std::string& name) const {
    soap::Envelope envelope = soap::make_envelope({username, password.value}, name);
    envelope.add(envelope.request, "messageId");
    envelope.add(envelope.request, "version");
    envelope.add(envelope.request, "licenseKey", api_token.value);
    return envelope;
  }

  pugi::xml_document call(const std::string& operation, const soap::Envelope& envelope) const {
    const Response answer =
        http.send({.method = "POST",
                   .url = endpoint_,
                   .headers = {{"Content-Type", "text/xml; charset=utf-8"},
                               {"SOAPAction", "\"" + std::string(action_prefix) + operation + "\""}},
                   .body = envelope.text(),
                   .accept = [](const Response& response) { return soap::is_fault(response.body); },
                   .idle_timeout = std::chrono::seconds(600)});
    return soap::parse(answer.body, "Jasper's response to " + operation);
  }

  std::string endpoint_;
  std::string since_;
  std::string newest_;                ///< change up to which all details came
  std::vector<std::string> missing_;  ///< ICCIDs whose details did not come
};

}  // namespace

Plugin plugin() {
  return {
      .section = "jasper",
      .mapping_name = "Jasper",
      .settings =
          {
              setting("wsdl_path", &Jasper::wsdl_path,
                      {.help = "Address or file of the API's WSDL.",
                       .default_value = "http://api.jasperwireless.com/ws/schema/Terminal.wsdl"}),
              setting("username", &Jasper::username,
                      {.help = "User of Control Center.", .example = "username@example.com"}),
              setting("password", &Jasper::password, {.help = "The user's password.", .example = "change-me"}),
              setting("api_token", &Jasper::api_token,
                      {.help = "License key of the API.", .example = "YOUR Jasper API TOKEN"}),
              setting("storage", &Jasper::storage,
                      {.help = "File that remembers up to when terminals were read.", .default_value = "storage.db"}),
          },
      .limits = {.in_flight = 1, .per_second = 5},
      .make = make<Jasper>,
  };
}

}  // namespace connector::jasper
