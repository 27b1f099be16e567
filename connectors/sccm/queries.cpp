#include "sccm/queries.h"

namespace connector {

const std::string_view sccm_computers_query = R"(
SELECT DISTINCT
  cs.ResourceID AS resource_id,
  cs.Name0 AS computer_name,
  cs.Domain0 AS domain_name,
  cs.Manufacturer0 AS make,
  cs.Model0 AS model,
  cs.SystemType0 AS platform,
  cs.UserName0 AS user_name,
  processor.Name0 AS cpu,
  drive.Size0 AS hdd_total_mb,
  adapter.IPAddress0 AS ipv4_address,
  adapter.MACAddress0 AS mac_address,
  memory.TotalPhysicalMemory0 AS memory_total_kb,
  bios.SerialNumber0 AS serial_number,
  r_system.Last_Logon_Timestamp0 AS last_logon,
  c_volume.ProtectionStatus0 AS c_drive_encrypted,
  antimalware.AntivirusEnabled AS antivirus_enabled,
  relationship.UniqueUserName AS primary_user,
  os.Caption0 AS os_version
FROM dbo.v_GS_COMPUTER_SYSTEM cs
LEFT JOIN dbo.v_GS_PROCESSOR processor ON processor.ResourceID = cs.ResourceID AND processor.GroupID = 1
LEFT JOIN dbo.v_GS_DISK drive ON drive.ResourceID = cs.ResourceID
LEFT JOIN dbo.v_GS_NETWORK_ADAPTER_CONFIGURATION adapter ON adapter.ResourceID = cs.ResourceID
  AND adapter.IPAddress0 IS NOT NULL AND adapter.MACAddress0 IS NOT NULL
LEFT JOIN dbo.v_GS_X86_PC_MEMORY memory ON memory.ResourceID = cs.ResourceID
LEFT JOIN dbo.v_GS_PC_BIOS bios ON bios.ResourceID = cs.ResourceID
LEFT JOIN dbo.v_R_System r_system ON r_system.ResourceID = cs.ResourceID
LEFT JOIN dbo.v_GS_ENCRYPTABLE_VOLUME c_volume ON c_volume.ResourceID = cs.ResourceID AND c_volume.DriveLetter0 = 'C:'
LEFT JOIN dbo.v_GS_AntimalwareHealthStatus antimalware ON antimalware.ResourceID = cs.ResourceID
LEFT JOIN dbo.v_UserMachineRelationship relationship ON relationship.MachineResourceID = cs.ResourceID
LEFT JOIN dbo.v_GS_OPERATING_SYSTEM os ON os.ResourceID = cs.ResourceID
ORDER BY resource_id)";

const std::string_view sccm_software_query = R"(
SELECT ResourceID, DisplayName0, Version0, Publisher0 FROM dbo.v_GS_ADD_REMOVE_PROGRAMS
UNION
SELECT ResourceID, DisplayName0, Version0, Publisher0 FROM dbo.v_GS_ADD_REMOVE_PROGRAMS_64
ORDER BY ResourceID)";

}  // namespace connector
