#pragma once

namespace connector::test {

/// Makes "PostgreSQL Unicode" and "Scripted" (tests/scripted_odbc_driver) the ODBC drivers of this process.
void set_up_odbc();

}  // namespace connector::test
