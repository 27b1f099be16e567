#include "catalogue.h"

#include "connector/plugins.h"

namespace connector {

// clang-format off
namespace airwatch { Plugin plugin(); }
namespace appledep { Plugin plugin(); }
namespace bamboohr { Plugin plugin(); }
namespace casper { Plugin plugin(); }
namespace chef { Plugin plugin(); }
namespace csv { Plugin assets(); Plugin users(); }
namespace dell_asset_order_status { Plugin plugin(); }
namespace dnac_network_devices { Plugin plugin(); }
namespace fortimanager { Plugin plugin(); }
namespace insight { Plugin plugin(); }
namespace jasper { Plugin plugin(); }
namespace json { Plugin assets(); Plugin users(); }
namespace kace { Plugin plugin(); }
namespace ldap { Plugin users(); Plugin assets(); }
namespace meraki_network_devices { Plugin plugin(); }
namespace mobileiron { Plugin plugin(); }
namespace munki_report { Plugin plugin(); }
namespace netbox { Plugin plugin(); }
namespace okta { Plugin plugin(); }
namespace onelogin { Plugin plugin(); }
namespace open_audit { Plugin plugin(); }
namespace sccm { Plugin plugin(); }
namespace servicenow { Plugin plugin(); }
namespace tanium { Plugin plugin(); }
namespace vcenter { Plugin plugin(); }
namespace workspaceone_devicesoftware { Plugin plugin(); }
namespace zendesk { Plugin plugin(); }
// clang-format on

const Plugins& catalogue() {
  static const Plugins plugins({
      {"chef", chef::plugin},
      {"csv_assets", csv::assets},
      {"csv_users", csv::users},
      {"jasper", jasper::plugin},
      {"ldap", ldap::users},
      {"ldap_assets", ldap::assets},
      {"mobileiron", mobileiron::plugin},
      {"netbox", netbox::plugin},
      {"open_audit", open_audit::plugin},
      {"sccm", sccm::plugin},
      {"tanium", tanium::plugin},
      {"vcenter", vcenter::plugin},
      {"workspaceone_devicesoftware", workspaceone_devicesoftware::plugin},
      {"munki_report", munki_report::plugin},
      {"insight", insight::plugin},
      {"dell_asset_order_status", dell_asset_order_status::plugin},
      {"dnac_network_devices", dnac_network_devices::plugin},
      {"airwatch", airwatch::plugin},
      {"appledep", appledep::plugin},
      {"bamboohr", bamboohr::plugin},
      {"casper", casper::plugin},
      {"fortimanager", fortimanager::plugin},
      {"json_assets", json::assets},
      {"json_users", json::users},
      {"kace", kace::plugin},
      {"meraki_network_devices", meraki_network_devices::plugin},
      {"okta", okta::plugin},
      {"onelogin", onelogin::plugin},
      {"servicenow", servicenow::plugin},
      {"zendesk", zendesk::plugin},
  });
  return plugins;
}

}  // namespace connector
