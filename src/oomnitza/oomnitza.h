#pragma once

#include <cstdint>
#include <stop_token>
#include <string>

#include "config/settings.h"
#include "connector/http.h"
#include "connector/json.h"
#include "connector/log.h"

namespace connector {

/// The cloud's REST API. Safe to use from several threads after log_in().
class Oomnitza {
 public:
  /// source: OOMNITZA_CONNECTOR_SOURCE, sent with every request unless empty.
  Oomnitza(const CloudSettings& settings, const std::string& source, Log log, std::stop_token stop, Timing timing = {});

  /// Tells of all requests to the cloud, also with other tokens. To be called before log_in().
  void observe(RequestObserver observer);

  /// Makes sure that the cloud knows us: tries the token, or asks for one with user name and password, or with the
  /// client certificate alone. Once a run. Throws AuthenticationError.
  void log_in();

  /// The same cloud with another token, which has been tried. Throws AuthenticationError.
  Oomnitza with_token(const Secret& token, Log log) const;
  bool has_token(const Secret& token) const { return settings_.api_token.value == token.value; }

  /// GET mappings: {source: field or [fields]}. Throws HttpError; SourceError when the response is not an object.
  Json mapping(const std::string& mapping_name) const;

  /// Whether the portion's run was canceled in the cloud. Throws HttpError.
  bool is_canceled(const std::string& portion) const;

  // A write has succeeded only when Oomnitza itself says so: a status of 2xx from the host that was asked, not after a
  // redirect that turned the POST into a GET, that is not HTML. Else it throws HttpError with the status, for a proxy
  // or sign-in page has answered; and SourceError when the response says "status": "error".

  /// POST bulk. Throws HttpError when the payload is refused for good; see above.
  void upload(std::string body) const;

  /// Throws HttpError; see above.
  void finalize(const std::string& portion) const;

  /// The cloud's list of locations. Throws HttpError.
  Json locations() const;

  /// The reports of a source that are newer than `after` (epoch seconds), the oldest first; the cloud may hold some
  /// back for the next time. Throws HttpError; SourceError when the response is not a list.
  Json reports(const std::string& source_type, const std::string& source_id, std::int64_t after) const;

  // Managed mode. All throw HttpError; SourceError when the response is not of the kind that is described.

  /// The configurations to run now: a list.
  Json check_managed() const;
  /// FIELD -> {"type", "value"}. service: the integration's id.
  Json managed_mapping(const std::string& service) const;
  /// Tells how a run of the integration has ended that delivers no portion.
  void add_ready_portion(const std::string& service, const Json& body) const;
  /// The token of that id.
  Secret token(const std::string& id) const;
  /// What a call must carry that a credential in the cloud authorizes: an object. call: the call as rendered.
  Json call_secret(const std::string& credential, const Json& call) const;
  /// The same for the session of an AWS role.
  Json aws_session_secret(const Json& call) const;
  /// Details of a credential: an object.
  Json credential(const std::string& id) const;
  /// NAME -> value.
  Json global_variables() const;

 private:
  Response get(const std::string& path, const Query& query = {}) const;
  Response post(const std::string& path, std::string body) const;
  void write(const std::string& path, std::string body) const;
  void require_success(const Response& response, const char* method) const;
  void try_token();
  std::string token_by_password();

  CloudSettings settings_;
  std::string source_;
  std::stop_token stop_;
  Timing timing_;
  RequestObserver observer_;
  Http http_;
  Log log_;
};

}  // namespace connector
