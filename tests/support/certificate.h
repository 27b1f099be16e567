#pragma once

#include <string>

#include "support/temporary_folder.h"

namespace connector::test {

/// A self-signed certificate for 127.0.0.1 and localhost, and its key: PEM files in a folder of their own.
struct Certificate {
  /// valid_for: seconds from now; negative: it has expired.
  explicit Certificate(long valid_for = 24L * 3600);

  TemporaryFolder folder;
  std::string certificate_file;
  std::string key_file;
  std::string both_file;  ///< certificate and key, as user_pem_file wants them
};

}  // namespace connector::test
