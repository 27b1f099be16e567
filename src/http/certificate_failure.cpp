#include "http/certificate_failure.h"

#include <fmt/format.h>

#include <map>
#include <memory>

#include "connector/log.h"
#include "text/text.h"

namespace connector::http {
namespace {

/// What a certificate says, by libcurl's names: Subject, Issuer, Expire date, X509v3 Subject Alternative Name …
using Certificate = std::map<std::string, std::string>;

Certificate certificate_of_server(CURL* failed) {
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> handle(curl_easy_duphandle(failed), curl_easy_cleanup);
  if (!handle) return {};
  CURL* asking = handle.get();
  for (const CURLoption none : {CURLOPT_ERRORBUFFER, CURLOPT_SSLCERT, CURLOPT_SSLKEY, CURLOPT_SSLCERT_BLOB,
                                CURLOPT_SSLKEY_BLOB, CURLOPT_PREREQFUNCTION}) {
    curl_easy_setopt(asking, none, nullptr);
  }
  for (const auto& [option, value] : {std::pair(CURLOPT_CONNECT_ONLY, 1L), std::pair(CURLOPT_CERTINFO, 1L),
                                      std::pair(CURLOPT_SSL_VERIFYPEER, 0L), std::pair(CURLOPT_SSL_VERIFYHOST, 0L),
                                      std::pair(CURLOPT_NOPROGRESS, 1L), std::pair(CURLOPT_CONNECTTIMEOUT, 10L)}) {
    curl_easy_setopt(asking, option, value);
  }
  curl_certinfo* chain = nullptr;
  if (curl_easy_perform(asking) != CURLE_OK || curl_easy_getinfo(asking, CURLINFO_CERTINFO, &chain) != CURLE_OK ||
      chain == nullptr || chain->num_of_certs == 0) {
    return {};
  }
  Certificate certificate;
  for (const curl_slist* line = chain->certinfo[0]; line != nullptr; line = line->next) {
    const std::string_view text = line->data;
    const std::size_t colon = text.find(':');
    if (colon != std::string_view::npos) {
      certificate.emplace(text.substr(0, colon), excerpt(text.substr(colon + 1)));
    }
  }
  return certificate;
}

}  // namespace

std::string certificate_failure(CURL* handle, std::string_view words) {
  Certificate certificate = certificate_of_server(handle);
  const auto told = [&](const std::string& name, const char* before) {
    return certificate[name].empty() ? "" : before + certificate[name];
  };
  if (contains(words, "expired")) {
    return fmt::format("the server's certificate has expired{}: have it renewed there", told("Expire date", " on "));
  }
  if (contains(words, "not yet valid")) {
    return fmt::format("the server's certificate is not valid before {}: check this machine's clock",
                       told("Start date", ""));
  }
  if (contains(words, "target host name")) {
    const std::string other = "X509v3 Subject Alternative Name";
    return fmt::format("the server's certificate is for other hosts{}: check the host in the url",
                       certificate[other].empty() ? told("Subject", ": ") : told(other, ": "));
  }
  return fmt::format(
      "the CA of the server's certificate is unknown{}: set cacert_file to that CA's certificate, or verify_ssl = "
      "False "
      "to do without the check",
      told("Issuer", ": "));
}

}  // namespace connector::http
