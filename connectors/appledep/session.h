// A session with Apple's device assignment service.
#pragma once

#include <string>
#include <vector>

#include "connector/http.h"
#include "connector/oauth.h"

namespace connector::appledep {

class Session {
 public:
  /// http: with the headers that all requests have. keys: of the server token.
  Session(Http http, Log log, std::string url, OAuth1 keys)
      : http_(std::move(http)), log_(std::move(log)), url_(std::move(url)), keys_(std::move(keys)) {}

  /// Signs in. Throws AuthenticationError.
  void start();

  /// A request of the session, which is started anew once when Apple refuses it. Throws HttpError for a status outside
  /// 2xx that is not allowed, AuthenticationError when the new session is refused too.
  Response post(const std::string& path, const Json& body, const std::vector<int>& allow = {});

 private:
  Response send(const std::string& path, const Json& body, const std::vector<int>& allow);
  void keep(const std::string& session);
  void require_terms(const Response& response) const;

  Http http_;
  Log log_;
  std::string url_;
  OAuth1 keys_;
  std::string session_;
};

}  // namespace connector::appledep
