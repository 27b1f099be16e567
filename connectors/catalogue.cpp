#include "catalogue.h"

#include <vector>

namespace connector {

Plugin airwatch();
Plugin appledep();
Plugin bamboohr();
Plugin casper();
Plugin chef();
Plugin csv_assets();
Plugin csv_users();
Plugin dell_asset_order_status();
Plugin dnac_network_devices();
Plugin fortimanager();
Plugin insight();
Plugin jasper();
Plugin json_assets();
Plugin json_users();
Plugin kace();
Plugin ldap();
Plugin ldap_assets();
Plugin meraki_network_devices();
Plugin mobileiron();
Plugin munki_report();
Plugin netbox();
Plugin okta();
Plugin onelogin();
Plugin open_audit();
Plugin sccm();
Plugin servicenow();
Plugin tanium();
Plugin vcenter();
Plugin workspaceone_devicesoftware();
Plugin zendesk();

std::span<const Plugin> catalogue() {
  static const std::vector<Plugin> plugins = {
      chef(),
      csv_assets(),
      csv_users(),
      jasper(),
      ldap(),
      ldap_assets(),
      mobileiron(),
      netbox(),
      open_audit(),
      sccm(),
      tanium(),
      vcenter(),
      workspaceone_devicesoftware(),
      munki_report(),
      insight(),
      dell_asset_order_status(),
      dnac_network_devices(),
      airwatch(),
      appledep(),
      bamboohr(),
      casper(),
      fortimanager(),
      json_assets(),
      json_users(),
      kace(),
      meraki_network_devices(),
      okta(),
      onelogin(),
      servicenow(),
      zendesk(),
  };
  return plugins;
}

}  // namespace connector
