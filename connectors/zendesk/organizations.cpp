#include "zendesk/organizations.h"

#include <utility>

namespace connector::zendesk {

void Organizations::keep(const Emit& emit, Json& organizations) {
  for (Json& organization : organizations) {
    if (!organization.is_object()) {
      emit.incomplete("Zendesk's organizations: an organization is not an object");
      continue;
    }
    std::string id = to_text(at(organization, "id"));
    by_id_.insert_or_assign(std::move(id), std::move(organization));
  }
}

void Organizations::add_to(Json& user) const {
  if (by_id_.empty() || !user.is_object()) return;
  const Json& id = at(user, "organization_id");
  const auto found = id.is_null() ? by_id_.end() : by_id_.find(to_text(id));
  user["organization"] = found == by_id_.end() ? Json::object() : found->second;
}

}  // namespace connector::zendesk
