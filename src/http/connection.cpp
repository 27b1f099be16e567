#include "http/connection.h"

#include <algorithm>
#include <filesystem>

#include "connector/error.h"
#include "http/certificate_failure.h"
#include "http/retries.h"
#include "http/transfer.h"
#include "platform/environment.h"
#include "platform/limits.h"
#include "platform/path.h"
#include "platform/process.h"
#include "platform/sockets.h"
#include "text/text.h"

namespace connector::http {
namespace {

using List = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

template <class Value>
void set(CURL* handle, CURLoption option, Value value) {
  if (const CURLcode code = curl_easy_setopt(handle, option, value); code != CURLE_OK) {
    throw SourceError(std::string("cannot prepare a request: ") + curl_easy_strerror(code));
  }
}

CURL* new_handle() {
  initialize_curl();
  CURL* handle = curl_easy_init();
  if (!handle) throw std::bad_alloc();
  return handle;
}

const char* text_or_null(const std::string& text) {
  return text.empty() ? nullptr : text.c_str();
}

std::size_t on_body(char* data, std::size_t, std::size_t size, void* transfer) {
  return static_cast<Transfer*>(transfer)->take({data, size}) ? size : CURL_WRITEFUNC_ERROR;
}

std::size_t on_head(char* data, std::size_t, std::size_t size, void* transfer) {
  return static_cast<Transfer*>(transfer)->take_head({data, size}) ? size : CURL_WRITEFUNC_ERROR;
}

int on_begin(void* transfer, char*, char*, int, int) {
  return static_cast<Transfer*>(transfer)->begin() ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}

curl_socket_t on_socket(void* transfer, curlsocktype, curl_sockaddr* target) {
  if (!static_cast<Transfer*>(transfer)->may_connect(target->addr)) return CURL_SOCKET_BAD;
  return static_cast<curl_socket_t>(open_socket(target->family, target->socktype, target->protocol));
}

int on_progress(void* transfer, curl_off_t, curl_off_t received, curl_off_t, curl_off_t sent) {
  return static_cast<Transfer*>(transfer)->go_on(received + sent) ? 0 : 1;
}

void append(List& list, const std::string& line) {
  curl_slist* longer = curl_slist_append(list.get(), line.c_str());
  if (!longer) throw std::bad_alloc();
  list.release();
  list.reset(longer);
}

bool is_cookie(const std::string& name) {
  return curl_strequal(name.c_str(), "Cookie") != 0;
}

List header_list(const Exchange& exchange) {
  List list(nullptr, curl_slist_free_all);
  for (const auto& [name, value] : exchange.headers) {
    if (is_cookie(name)) continue;                                   // goes beside the jar's, see perform()
    append(list, value.empty() ? name + ";" : name + ": " + value);  // ';' is libcurl's word for an empty value
  }
  append(list, "Expect:");
  if (!exchange.headers.contains("Content-Type")) append(list, "Content-Type:");
  return list;
}

Headers received_headers(CURL* handle) {
  Headers headers;
  curl_header* header = nullptr;
  while ((header = curl_easy_nextheader(handle, CURLH_HEADER, -1, header))) headers.add(header->name, header->value);
  return headers;
}

/// TLS says no in OpenSSL's words; a connection that breaks during TLS has none, or an unexpected end.
bool refused_by_tls(CURLcode code, std::string_view words) {
  if (code == CURLE_SSL_CONNECT_ERROR) return contains(words, "error:") && !contains(words, "unexpected eof");
  return contains(words, " alert ");
}

bool refused_by_proxy(CURL* handle) {
  long status = 0;
  curl_easy_getinfo(handle, CURLINFO_HTTP_CONNECTCODE, &status);
  Response answer;
  answer.status = static_cast<int>(status);
  return status >= 400 && !transient(answer);
}

Fault fault_of(CURLcode code, CURL* handle, std::string_view words) {
  switch (code) {
    case CURLE_OK:
      return Fault::none;
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_PROXY:
    case CURLE_PARTIAL_FILE:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
      return refused_by_tls(code, words) || refused_by_proxy(handle) ? Fault::lasting : Fault::transient;
    default:
      return Fault::lasting;
  }
}

bool wants_proxy_credentials(CURL* handle) {
  long status = 0;
  return curl_easy_getinfo(handle, CURLINFO_HTTP_CONNECTCODE, &status) == CURLE_OK && status == 407;
}

std::string hint(CURLcode code, CURL* handle, std::string_view words) {
  if (wants_proxy_credentials(handle)) return std::string(": ") + proxy_credentials_hint;
  switch (code) {
    case CURLE_PEER_FAILED_VERIFICATION:
      return ": " + certificate_failure(handle, words);
    case CURLE_SSL_CACERT_BADFILE:
      return ": check cacert_file, cacert_dir, or the environment's REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE, SSL_CERT_FILE";
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CLIENTCERT:
      return ": check user_pem_file, a PEM file with certificate and private key, and user_pem_password";
    default:
      return "";
  }
}

/// The limit of the system that a request may have failed for; empty when it was not one.
std::string limit_reached(std::string_view words) {
  if (contains(words, "thread failed to start")) return too_many_threads;
  return lacks_descriptors() ? too_many_files : "";
}

void set_fault(Outcome& outcome, const Transfer& transfer, CURLcode code, const char* error) {
  using Ended = Transfer::Ended;
  const auto fails = [&](Fault fault, std::string cause) {
    outcome.fault = fault;
    outcome.cause = std::move(cause);
  };
  const auto& exchange = transfer.exchange;
  switch (transfer.ended) {
    case Ended::stopped:
      return fails(Fault::lasting, "canceled: shutting down");
    case Ended::idle:
      return fails(Fault::transient, "no byte for " + std::to_string(exchange.idle_timeout.count()) + " s");
    case Ended::dripping:
      return fails(Fault::transient,
                   "less than 100 bytes a second for " + std::to_string(exchange.idle_timeout.count()) + " s");
    case Ended::too_slow:
      return fails(Fault::lasting, "not complete after " + std::to_string(exchange.time_limit.count()) + " s");
    case Ended::dropped:
      return fails(Fault::transient, "the server closed the connection without a response");
    case Ended::too_large:
      return fails(Fault::lasting, "the response is larger than " + std::to_string(exchange.max_body) + " bytes");
    case Ended::head_too_large:
      return fails(Fault::lasting, "the response headers are larger than " + std::to_string(max_head) + " bytes");
    case Ended::too_many_lines:
      return fails(Fault::lasting, "the response has more than " + std::to_string(max_head_lines) + " headers");
    case Ended::corrupt:
      return fails(Fault::lasting, "the body is not compressed as its Content-Encoding says");
    case Ended::by_sink:
      std::rethrow_exception(transfer.thrown);
    case Ended::by_itself:
      break;
  }
  if (code == CURLE_OK && !transfer.head_complete) return fails(Fault::transient, "the response headers are cut off");
  if (code == CURLE_OUT_OF_MEMORY && transfer.head_size > 0 && !transfer.head_complete) {  // libcurl's word for it
    return fails(Fault::lasting, "a header of the response is larger than 100 KiB");
  }
  if (code == CURLE_OK && !transfer.is_body_complete()) {
    return fails(Fault::transient, "the compressed body breaks off");
  }
  if (code != CURLE_OK && !transfer.refusal.empty()) return fails(Fault::lasting, transfer.refusal);
  const std::string words = *error ? error : curl_easy_strerror(code);
  const Fault fault = fault_of(code, transfer.handle, words);
  const std::string limit = fault == Fault::transient ? limit_reached(words) : "";
  if (!limit.empty()) return fails(Fault::lasting, words + ": " + limit);
  fails(fault, words + hint(code, transfer.handle, words));
}

void set_tls(CURL* handle, const ConnectionSettings& settings) {
  set(handle, CURLOPT_SSL_VERIFYPEER, settings.verify ? 1L : 0L);
  set(handle, CURLOPT_SSL_VERIFYHOST, settings.verify ? 2L : 0L);
  set(handle, CURLOPT_PROXY_SSL_VERIFYPEER, settings.verify ? 1L : 0L);
  set(handle, CURLOPT_PROXY_SSL_VERIFYHOST, settings.verify ? 2L : 0L);
  if (!settings.authorities_file.empty() || !settings.authorities_folder.empty()) {
    set(handle, CURLOPT_CAINFO, text_or_null(settings.authorities_file));
    set(handle, CURLOPT_CAPATH, text_or_null(settings.authorities_folder));
    set(handle, CURLOPT_PROXY_CAINFO, text_or_null(settings.authorities_file));
    set(handle, CURLOPT_PROXY_CAPATH, text_or_null(settings.authorities_folder));
  }
  set(handle, CURLOPT_SSLVERSION, settings.tls_version);
  if (settings.any_cipher) set(handle, CURLOPT_SSL_CIPHER_LIST, "DEFAULT@SECLEVEL=0");
}

void set_blob(CURL* handle, CURLoption option, const std::string& bytes) {
  curl_blob blob{.data = const_cast<char*>(bytes.data()), .len = bytes.size(), .flags = CURL_BLOB_COPY};
  set(handle, option, bytes.empty() ? nullptr : &blob);
}

void take_authorities(ConnectionSettings& settings, const std::string& path) {
  std::error_code ignored;
  (std::filesystem::is_directory(path, ignored) ? settings.authorities_folder : settings.authorities_file) = path;
}

}  // namespace

void initialize_curl() {
  static const CURLcode code = [] {
    ignore_broken_pipes();  // a TLS connection that the server has closed is an error, not the program's end
    return curl_global_init(CURL_GLOBAL_DEFAULT);
  }();
  if (code != CURLE_OK) throw SourceError(std::string("cannot start libcurl: ") + curl_easy_strerror(code));
}

ConnectionSettings connection_settings(const TlsSettings& tls) {
  ConnectionSettings settings;
  settings.verify = tls.verify;
  settings.authorities_file = tls.cacert_file;
  settings.authorities_folder = tls.cacert_dir;
  for (const char* name : {"REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"}) {
    if (!settings.authorities_file.empty() || !settings.authorities_folder.empty()) break;
    take_authorities(settings, environment_variable(name));
  }
  settings.user_pem_file = tls.user_pem_file;
  settings.user_pem_password = tls.user_pem_password;
  const auto protocol_is = [&](const char* name) { return curl_strequal(tls.protocol.c_str(), name) != 0; };
  if (protocol_is("tls") || protocol_is("tls1")) {
    settings.tls_version = 0L | CURL_SSLVERSION_TLSv1_0 | CURL_SSLVERSION_MAX_TLSv1_0;
    settings.any_cipher = true;
  } else if (protocol_is("tls1.2")) {
    settings.tls_version = CURL_SSLVERSION_TLSv1_2;
  } else if (protocol_is("tls1.3")) {
    settings.tls_version = CURL_SSLVERSION_TLSv1_3;
  }
  settings.proxies = proxies_of_environment();
  return settings;
}

Connection::Connection(const ConnectionSettings& settings, const StopClock& stop, CURLSH* cookies)
    : settings_(settings), stop_(stop), handle_(new_handle(), curl_easy_cleanup) {
  CURL* handle = handle_.get();
  set(handle, CURLOPT_ERRORBUFFER, error_.data());
  set(handle, CURLOPT_NOSIGNAL, 1L);
  set(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  set(handle, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
  set(handle, CURLOPT_ACCEPT_ENCODING, "gzip, deflate");
  set(handle, CURLOPT_HTTP_CONTENT_DECODING, 0L);  // ContentDecoder knows what breaks off
  set(handle, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  set(handle, CURLOPT_CONNECTTIMEOUT, 30L);
  set(handle, CURLOPT_BUFFERSIZE, 64L << 10);
  set(handle, CURLOPT_NOPROGRESS, 0L);
  set(handle, CURLOPT_WRITEFUNCTION, on_body);
  set(handle, CURLOPT_HEADERFUNCTION, on_head);
  set(handle, CURLOPT_PREREQFUNCTION, on_begin);
  set(handle, CURLOPT_XFERINFOFUNCTION, on_progress);
  set(handle, CURLOPT_OPENSOCKETFUNCTION, on_socket);
  set(handle, CURLOPT_COOKIEFILE, "");  // no file, but a jar
  set(handle, CURLOPT_SHARE, cookies);
  set_tls(handle, settings);
}

Outcome Connection::perform(const Exchange& exchange) {
  CURL* handle = handle_.get();
  const bool is_local = exchange.unix_socket != nullptr && !exchange.unix_socket->empty();
  const std::string proxy = is_local ? std::string() : proxy_for(settings_.proxies, exchange.address);
  if (exchange.reach != nullptr) {
    std::string refusal = exchange.reach->refusal(exchange.address.host, !proxy.empty());
    if (!refusal.empty()) return {.fault = Fault::lasting, .cause = std::move(refusal), .response = {}};
  }
  Transfer transfer{.exchange = exchange, .stop = stop_, .handle = handle, .is_direct = proxy.empty()};
  set(handle, CURLOPT_WRITEDATA, &transfer);
  set(handle, CURLOPT_HEADERDATA, &transfer);
  set(handle, CURLOPT_PREREQDATA, &transfer);
  set(handle, CURLOPT_XFERINFODATA, &transfer);
  set(handle, CURLOPT_URL, exchange.address.url.c_str());
  set(handle, CURLOPT_OPENSOCKETDATA, &transfer);
  set(handle, CURLOPT_PROXY, proxy.c_str());
  set(handle, CURLOPT_NOPROXY, "");  // the exceptions have been looked at
  set(handle, CURLOPT_UNIX_SOCKET_PATH, is_local ? exchange.unix_socket->c_str() : nullptr);
  set_method(exchange);
  set_certificate(exchange.certificate);
  const List headers = header_list(exchange);
  set(handle, CURLOPT_HTTPHEADER, headers.get());
  const std::optional<std::string> cookie = exchange.headers.find("Cookie");
  set(handle, CURLOPT_COOKIE, cookie ? cookie->c_str() : nullptr);
  error_.front() = '\0';

  const CURLcode code = curl_easy_perform(handle);

  Outcome outcome;
  set_fault(outcome, transfer, code, error_.data());
  outcome.sunk = transfer.sunk;
  outcome.response.status = transfer.status();
  outcome.response.headers = received_headers(handle);
  outcome.response.body = std::move(transfer.body);
  return outcome;
}

void Connection::set_method(const Exchange& exchange) {
  CURL* handle = handle_.get();
  const std::string method(exchange.method);
  const bool has_body = !exchange.body.empty() || method == "POST" || method == "PUT" || method == "PATCH";
  if (has_body) {
    set(handle, CURLOPT_NOBODY, 0L);
    set(handle, CURLOPT_POST, 1L);
    set(handle, CURLOPT_POSTFIELDS, exchange.body.c_str());
    set(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(exchange.body.size()));
  } else {
    set(handle, CURLOPT_HTTPGET, 1L);
    if (method == "HEAD") set(handle, CURLOPT_NOBODY, 1L);
  }
  const bool usual = method == "HEAD" || method == (has_body ? "POST" : "GET");
  set(handle, CURLOPT_CUSTOMREQUEST, usual ? nullptr : method.c_str());
}

void Connection::set_certificate(const ClientCertificate* certificate) {
  CURL* handle = handle_.get();
  static const ClientCertificate none;
  const ClientCertificate& own = certificate ? *certificate : none;
  const bool has_file = !certificate && !settings_.user_pem_file.empty();
  const std::string path = has_file ? shown_path(settings_.user_pem_file) : "";  // whole: curl's messages name it
  set(handle, CURLOPT_SSLCERT, has_file ? path.c_str() : nullptr);
  set(handle, CURLOPT_SSLKEY, has_file ? path.c_str() : nullptr);
  set(handle, CURLOPT_SSLCERTTYPE, own.pkcs12.empty() ? "PEM" : "P12");
  set_blob(handle, CURLOPT_SSLCERT_BLOB, own.pkcs12.empty() ? own.certificate : own.pkcs12);
  set_blob(handle, CURLOPT_SSLKEY_BLOB, own.pkcs12.empty() ? own.key : "");
  const std::string& password = certificate ? own.password : settings_.user_pem_password;
  set(handle, CURLOPT_KEYPASSWD, password.c_str());  // an empty one too: without any, the terminal would be asked
}

std::vector<std::string> Connection::cookies() const {
  curl_slist* first = nullptr;
  curl_easy_getinfo(handle_.get(), CURLINFO_COOKIELIST, &first);
  const List list(first, curl_slist_free_all);
  std::vector<std::string> cookies;
  for (const curl_slist* cookie = list.get(); cookie; cookie = cookie->next) cookies.emplace_back(cookie->data);
  return cookies;
}

void Connection::add_cookies(const std::vector<std::string>& cookies) {
  for (const std::string& cookie : cookies) set(handle_.get(), CURLOPT_COOKIELIST, cookie.c_str());
}

std::vector<std::string> Connection::widen_cookies() {
  std::vector<std::string> wide = cookies();
  std::vector<std::string> values;
  for (std::string& cookie : wide) {  // Netscape's format: domain, flag, path … value, between tabs
    const std::size_t path = cookie.find('\t', cookie.find('\t') + 1) + 1;
    cookie.replace(path, cookie.find('\t', path) - path, "/");
    values.push_back(cookie.substr(cookie.rfind('\t') + 1));
  }
  add_cookies(wide);
  return values;
}

}  // namespace connector::http
