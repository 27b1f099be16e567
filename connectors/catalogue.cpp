#include "catalogue.h"

#include <vector>

namespace connector {

Plugin csv_assets();
Plugin csv_users();
Plugin json_assets();
Plugin json_users();
Plugin netbox();
Plugin sccm();

std::span<const Plugin> catalogue() {
  static const std::vector<Plugin> plugins = {
      csv_assets(), csv_users(), netbox(), sccm(), json_assets(), json_users(),
  };
  return plugins;
}

}  // namespace connector
