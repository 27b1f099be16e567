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
  Oomnitza(const CloudSettings& settings, const std::string& source, Log log, std::stop_token stop);

  /// Makes sure that the cloud knows us: tries the token, or asks for one with user name and password, or with the
  /// client certificate alone. Once a run. Throws AuthenticationError.
  void log_in();

  /// GET mappings: {source: field or [fields]}. Throws HttpError; SourceError when the answer is no object.
  Json mapping(const std::string& mapping_name) const;

  /// Whether the portion's run was cancelled in the cloud. Throws HttpError.
  bool is_canceled(const std::string& portion) const;

  /// POST bulk. Throws HttpError when the payload is refused for good.
  void upload(std::string body) const;

  /// Throws HttpError.
  void finalize(const std::string& portion) const;

  /// The cloud's list of locations. Throws HttpError.
  Json locations() const;

  /// The reports of a source that are newer than `after` (epoch seconds), the oldest first; the cloud may hold some
  /// back for the next time. Throws HttpError; SourceError when the answer is no list.
  Json reports(const std::string& source_type, const std::string& source_id, std::int64_t after) const;

  /// Tells how a part of an integration's work went. Throws HttpError.
  void add_ready_portion(const std::string& service, const Json& portion) const;

 private:
  Response post(const std::string& path, std::string body) const;
  std::string token_by_password();

  Url url_;
  Secret token_;
  std::string username_;
  Secret password_;
  Http http_;
  Log log_;
};

}  // namespace connector
