// Organizations of Zendesk, which users name by their ids.
#pragma once

#include <string>
#include <unordered_map>

#include "connector/connector.h"

namespace connector::zendesk {

class Organizations {
 public:
  /// Takes a page of them. One that is not an object is a missing part.
  void keep(const Emit& emit, Json& organizations);

  /// Gives a user its organization's object, an empty one when it has none. Does nothing when there are none at all.
  void add_to(Json& user) const;

 private:
  std::unordered_map<std::string, Json> by_id_;
};

}  // namespace connector::zendesk
