#pragma once

#include <functional>
#include <string>

#include "connector/http.h"

namespace connector::server {

/// What came before a request's body. All of it is untrusted text.
struct Head {
  std::string method;
  std::string path;  ///< still percent-encoded, without the query
  Headers headers;
  bool is_http_1_0 = false;
};

/// What goes back.
struct Reply {
  int status = 200;
  std::string body = {};
  std::string content_type = {};
  Headers headers = {};
};

/// Sends the reply. To be called once, on any thread.
using Answer = std::function<void(Reply)>;

}  // namespace connector::server
