#include "support/odbc_drivers.h"

#include <cstdlib>

#include "support/temporary_folder.h"

namespace connector::test {

void set_up_odbc() {
  static const TemporaryFolder folder;  // unixODBC asks for it once
  folder.write("odbcinst.ini",
               "[PostgreSQL Unicode]\nDriver=psqlodbcw.so\n\n[Scripted]\nDriver=" SCRIPTED_ODBC_DRIVER "\n");
  setenv("ODBCSYSINI", folder.path().c_str(), 1);
}

}  // namespace connector::test
