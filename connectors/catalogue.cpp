#include "catalogue.h"

#include <vector>

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

std::span<const Plugin> catalogue() {
  static const std::vector<Plugin> plugins = {
      chef::plugin(),
      csv::assets(),
      csv::users(),
      jasper::plugin(),
      ldap::users(),
      ldap::assets(),
      mobileiron::plugin(),
      netbox::plugin(),
      open_audit::plugin(),
      sccm::plugin(),
      tanium::plugin(),
      vcenter::plugin(),
      workspaceone_devicesoftware::plugin(),
      munki_report::plugin(),
      insight::plugin(),
      dell_asset_order_status::plugin(),
      dnac_network_devices::plugin(),
      airwatch::plugin(),
      appledep::plugin(),
      bamboohr::plugin(),
      casper::plugin(),
      fortimanager::plugin(),
      json::assets(),
      json::users(),
      kace::plugin(),
      meraki_network_devices::plugin(),
      okta::plugin(),
      onelogin::plugin(),
      servicenow::plugin(),
      zendesk::plugin(),
  };
  return plugins;
}

}  // namespace connector
