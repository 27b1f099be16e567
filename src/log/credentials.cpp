#include "log/credentials.h"

#include <string>

#include "connector/encoding.h"

namespace connector {

void hide_credentials(const Log& log, std::string_view address) {
  const std::size_t at = address.rfind('@');
  if (at == std::string_view::npos) return;
  std::string_view credentials = address.substr(0, at);
  if (const std::size_t scheme = credentials.find("://"); scheme != std::string_view::npos) {
    credentials.remove_prefix(scheme + 3);
  }
  for (const std::size_t colon : {credentials.find(':'), credentials.rfind(':')}) {
    if (colon == std::string_view::npos) return;
    const std::string password(credentials.substr(colon + 1));
    log.hide(password);
    log.hide(percent_decoded(password));
  }
}

}  // namespace connector
