#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connector/connector.h"
#include "server/message.h"

namespace connector::server {

/// What a route says of a request once its head is known.
struct Admission {
  std::optional<Reply> refusal = {};  ///< goes back at once; nothing: the body is read
  const Secret* secret = nullptr;     ///< that the request must present; nothing, or empty: none is needed
  std::size_t max_body = 0;           ///< bytes
  std::function<void()> on_wrong_secret = {};
};

/// Who answers which requests.
struct Route {
  std::string_view path;  ///< "/health"; "*": any path
  std::vector<std::string_view> methods;
  /// Nothing: anybody may ask, without a body. For the listener's thread, as `handle`.
  std::function<Admission(const Head&)> admit;
  std::function<void(const Head&, const std::string& body, const Answer&)> handle;
};

/// The table of routes, and what holds for all of them: one Host, the methods, the secret.
class Routes {
 public:
  explicit Routes(std::vector<Route> table) : table_(std::move(table)) {}

  /// Where a request goes: refused, or to a route.
  struct Decision {
    std::optional<Reply> refusal = {};
    const Route* route = nullptr;
    std::size_t max_body = 0;
  };
  Decision decide(const Head& head) const;

 private:
  Decision no_route(const std::string& path) const;

  const std::vector<Route> table_;
};

}  // namespace connector::server
