// People or assets of an LDAP directory.
#include <optional>

#include "connector/connector.h"
#include "ldap/directory.h"
#include "ldap/entry.h"
#include "ldap/groups.h"
#include "ldap/setting_types.h"
#include "platform/library.h"

namespace connector::ldap {
namespace {

/// Entries of a directory: all that match a filter, or the members of groups.
class Ldap final : public Connector {
 public:
  explicit Ldap(std::vector<std::string> more_sources) : more_sources_(std::move(more_sources)) {}

  DirectoryUrl url;
  std::string username;
  Secret password;
  std::string base_dn;
  std::string group_dn;
  std::string protocol_version = "3";
  Filter filter;
  std::string default_role;
  std::string default_position;
  GroupDns groups_dn;
  std::string group_members_attr = "member";
  MemberFilter group_member_filter;
  bool start_tls = false;

  void check(const AddProblem& add_problem) override {
    if (start_tls && secure())
      add_problem("start_tls", "does not go with an ldaps:// url, which is TLS from the beginning");
    if (const std::string missing = missing_library(lazy_libraries::ldap); !missing.empty())
      add_problem("url", missing);
  }

  void authenticate() override {
    const bool anonymous = same_name(username, "anonymous");
    if (!anonymous && password.empty()) log.warning("'{}' has no password, trying without", username);
    if (protocol_version != "2" && protocol_version != "3") {
      log.warning("protocol_version is neither 2 nor 3, taking 3");
    }
    directory_.emplace(url.address, tls(), start_tls, stop);
    directory_->bind(anonymous ? "" : username, anonymous ? Secret{} : password);
  }

  void read(const Emit& emit) override {
    std::vector<std::string> wanted = sources;
    wanted.insert(wanted.end(), more_sources_.begin(), more_sources_.end());
    const std::vector<std::string> names = spellings(wanted);
    const std::vector<std::string> asked = all_attributes ? std::vector<std::string>() : attributes_to_ask(names);
    const Directory::Take take = [&](DirectoryEntry entry) {
      if (entry.attributes.empty()) return;
      const std::string problem = directory_->read_ranges(entry);
      emit({record_of(std::move(entry), names), problem});
    };

    std::vector<std::string> groups = groups_dn.values;
    if (groups.empty() && !group_dn.empty()) groups = {group_dn};
    if (groups.empty()) return read_subtree(asked, take);

    const MemberSearch members = {.members_attribute = group_members_attr,
                                  .member_filter = group_member_filter.made,
                                  .base_dn = base_dn,
                                  .filter = filter.text,
                                  .attributes = asked};
    Groups(*directory_, members, log, take).read(groups);
  }

 private:
  bool secure() const { return url.address.starts_with("ldaps:"); }

  void read_subtree(const std::vector<std::string>& attributes, const Directory::Take& take) {
    const Search search = {.base = base_dn, .filter = filter.text, .attributes = attributes};
    const Outcome outcome = protocol_version == "2" ? directory_->finish(directory_->start(search), take)
                                                    : directory_->read_pages(search, take);
    if (!outcome.ok()) {
      throw SourceError(fmt::format("{}: the search below '{}' with the filter {} ended with {}", url.address, base_dn,
                                    filter.text, outcome.text));
    }
  }

  const std::vector<std::string> more_sources_;  ///< that the default mapping's converters read
  std::optional<Directory> directory_;
};

std::vector<Setting> connection_settings() {
  return {
      setting("url", &Ldap::url,
              {.help = "Address of the directory: ldap://host:port or ldaps://host:port.",
               .example = "ldaps://ldap.com:389"}),
      setting("username", &Ldap::username,
              {.help = "DN (Active Directory: any name it takes) for the bind; anonymous for an anonymous one.",
               .example = "cn=read-only-admin,dc=example,dc=com"}),
      setting("password", &Ldap::password, {.help = "Password of that user.", .default_value = ""}),
      setting("base_dn", &Ldap::base_dn, {.help = "Where a search begins.", .example = "dc=example,dc=com"}),
      setting("group_dn", &Ldap::group_dn,
              {.help = "Reads the members of this group; groups_dn goes before it.", .default_value = ""}),
      setting("protocol_version", &Ldap::protocol_version,
              {.help = "2 searches without paging; 3 is what servers speak.", .default_value = "3"}),
      setting("filter", &Ldap::filter,
              {.help = "LDAP filter (RFC 4515) that every entry must match.", .default_value = "(objectClass=*)"}),
  };
}

std::vector<Setting> user_settings() {
  return {
      setting("default_role", &Ldap::default_role,
              {.help = "Value of PERMISSIONS_ID, unless mapped.", .example = "25"}),
      setting("default_position", &Ldap::default_position,
              {.help = "Value of POSITION, unless mapped.", .example = "Employee"}),
  };
}

std::vector<Setting> group_settings() {
  return {
      setting("page_criterium", &Ldap::ignored, {.help = "Accepted and not used.", .default_value = ""}),
      setting("groups_dn", &Ldap::groups_dn,
              {.help = "JSON list of groups whose members are read.", .default_value = Json::array()}),
      setting("group_members_attr", &Ldap::group_members_attr,
              {.help = "Attribute of a group's entry that names its members.", .default_value = "member"}),
      setting("group_member_filter", &Ldap::group_member_filter,
              {.help = "How to find a member when that attribute holds no DNs: (uid={}).", .default_value = ""}),
      setting(
          "start_tls", &Ldap::start_tls,
          {.help =
               "Switches an ldap:// connection to TLS before the bind, with the same certificate checks as ldaps://.",
           .default_value = false,
           .in_sample = false}),
  };
}

std::vector<Setting> joined(std::initializer_list<std::vector<Setting>> parts) {
  std::vector<Setting> all;
  for (const std::vector<Setting>& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

}  // namespace

Plugin users() {
  return {
      .section = "ldap",
      .mapping_name = "LDAP",
      .data_type = DataType::users,
      .settings = joined({connection_settings(), user_settings(), group_settings()}),
      .default_mapping = {{"USER", {{"source", "uid"}, {"converter", "ldap_user_field"}, {"required", true}}},
                          {"FIRST_NAME", {{"source", "givenName"}}},
                          {"LAST_NAME", {{"source", "sn"}}},
                          {"EMAIL", {{"source", "mail"}, {"required", true}}},
                          {"PERMISSIONS_ID", {{"setting", "default_role"}}},
                          {"POSITION", {{"setting", "default_position"}}}},
      .make = [] { return std::make_unique<Ldap>(std::vector<std::string>{"sAMAccountName"}); },
  };
}

Plugin assets() {
  const Setting sync_field = setting("sync_field", &Ldap::sync_field,
                                     {.help = "Oomnitza fields, separated by commas, that identify an asset.",
                                      .example = "24DCF85294E411E38A52066B556BA4EE"});
  return {
      .section = "ldap_assets",
      .mapping_name = "LDAP_assets",
      .settings = joined({connection_settings(), group_settings(), {sync_field}}),
      .make = [] { return std::make_unique<Ldap>(std::vector<std::string>{}); },
  };
}

}  // namespace connector::ldap
