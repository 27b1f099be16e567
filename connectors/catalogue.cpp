#include "catalogue.h"

#include <vector>

namespace connector {

Plugin chef();
Plugin csv_assets();
Plugin csv_users();
Plugin jasper();
Plugin json_assets();
Plugin json_users();
Plugin kace();
Plugin ldap();
Plugin ldap_assets();
Plugin netbox();
Plugin sccm();
Plugin tanium();

std::span<const Plugin> catalogue() {
  static const std::vector<Plugin> plugins = {
      chef(),   csv_assets(), csv_users(), jasper(),      ldap(),       ldap_assets(),
      netbox(), sccm(),       tanium(),    json_assets(), json_users(), kace(),
  };
  return plugins;
}

}  // namespace connector
