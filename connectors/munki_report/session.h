// A session with MunkiReport's web pages: it has no API.
#pragma once

#include <optional>
#include <string>

#include "connector/connector.h"

namespace connector::munki_report {

class Session {
 public:
  /// source and url must outlive this.
  Session(const Connector& source, const Url& url) : source_(source), url_(url) {}

  /// Throws AuthenticationError or HttpError.
  void log_in(const std::string& user, const std::string& password);

  /// Sends a form to one of the pages ("datatables/data"). Statuses 401 and 403 are returned.
  Response post(const std::string& page, const Query& fields) const;

 private:
  std::string address(const std::string& page) const { return url_.value + "/index.php?/" + page; }
  std::optional<Request> redirected(const Request& request, const Response& response) const;

  const Connector& source_;
  const Url& url_;
  std::string token_;  ///< kept apart, since its cookie lives for a minute only
};

}  // namespace connector::munki_report
