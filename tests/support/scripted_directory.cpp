#include "support/scripted_directory.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <ldap.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <memory>
#include <stdexcept>

namespace connector::test {
namespace {

struct Free {
  void operator()(BerElement* ber) const { ber_free(ber, 1); }
  void operator()(Sockbuf* socket) const { ber_sockbuf_free(socket); }
  void operator()(char* text) const { ber_memfree(text); }
};
using Ber = std::unique_ptr<BerElement, Free>;

std::string text_of(const berval& value) {
  return {value.bv_val, value.bv_len};
}

// Behind a search request: the paged-results control, if it is there.
void read_controls(BerElement* ber, ScriptedDirectory::Search& search) {
  ber_len_t length = 0;
  if (ber_peek_tag(ber, &length) != LDAP_TAG_CONTROLS) return;
  char* last = nullptr;
  for (ber_tag_t tag = ber_first_element(ber, &length, &last); tag != LBER_ERROR;
       tag = ber_next_element(ber, &length, last)) {
    berval oid{}, value{}, cookie{};
    ber_int_t critical = 0, size = 0;
    ber_scanf(ber, "{m", &oid);
    if (ber_peek_tag(ber, &length) == LBER_BOOLEAN) ber_scanf(ber, "b", &critical);
    ber_scanf(ber, "m}", &value);
    if (text_of(oid) != LDAP_CONTROL_PAGEDRESULTS) continue;
    const Ber inner(ber_init(&value));
    ber_scanf(inner.get(), "{im}", &size, &cookie);
    search.cookie = text_of(cookie);
    search.critical = critical != 0;
  }
}

ScriptedDirectory::Search read_search(int id, BerElement* ber) {
  ScriptedDirectory::Search search{.id = id, .base = {}};
  berval base{}, filter{};
  ber_int_t scope = 0, dereference = 0, time_limit = 0, types_only = 0;
  ber_scanf(ber, "{meeiib", &base, &scope, &dereference, &search.size_limit, &time_limit, &types_only);
  search.base = text_of(base);
  ber_skip_element(ber, &filter);
  char** names = nullptr;
  ber_scanf(ber, "{v}}", &names);
  for (char** name = names; name && *name; ++name) search.attributes.emplace_back(*name);
  ber_memvfree(reinterpret_cast<void**>(names));
  read_controls(ber, search);
  return search;
}

}  // namespace

void ScriptedDirectory::Answer::send(BerElement* ber) {
  if (ber_flush2(socket_, ber, LBER_FLUSH_FREE_ALWAYS) != 0) open_ = false;
}

void ScriptedDirectory::Answer::entry(int id, const std::string& dn, const Attributes& attributes) {
  BerElement* ber = ber_alloc_t(LBER_USE_DER);
  ber_printf(ber, "{it{o{", id, ber_tag_t{LDAP_RES_SEARCH_ENTRY}, dn.data(), dn.size());
  for (const auto& [name, values] : attributes) {
    ber_printf(ber, "{o[", name.data(), name.size());
    for (const std::string& value : values) ber_printf(ber, "o", value.data(), value.size());
    ber_printf(ber, "]}");
  }
  ber_printf(ber, "}}}");
  send(ber);
}

void ScriptedDirectory::Answer::reference(int id, const std::string& url) {
  BerElement* ber = ber_alloc_t(LBER_USE_DER);
  ber_printf(ber, "{it{o}}", id, ber_tag_t{LDAP_RES_SEARCH_REFERENCE}, url.data(), url.size());
  send(ber);
}

void ScriptedDirectory::Answer::done(int id, int code, const std::optional<std::string>& cookie) {
  BerElement* ber = ber_alloc_t(LBER_USE_DER);
  ber_printf(ber, "{it{ess}", id, ber_tag_t{LDAP_RES_SEARCH_RESULT}, code, "", "");
  if (cookie) {
    const Ber value(ber_alloc_t(LBER_USE_DER));
    berval flat{};
    ber_printf(value.get(), "{io}", 0, cookie->data(), cookie->size());
    ber_flatten2(value.get(), &flat, 0);
    ber_printf(ber, "t{{sO}}", ber_tag_t{LDAP_TAG_CONTROLS}, LDAP_CONTROL_PAGEDRESULTS, &flat);
  }
  ber_printf(ber, "}");
  send(ber);
}

void ScriptedDirectory::Answer::done_with_bare_paging(int id) {
  BerElement* ber = ber_alloc_t(LBER_USE_DER);
  ber_printf(ber, "{it{ess}t{{s}}}", id, ber_tag_t{LDAP_RES_SEARCH_RESULT}, 0, "", "", ber_tag_t{LDAP_TAG_CONTROLS},
             LDAP_CONTROL_PAGEDRESULTS);
  send(ber);
}

ScriptedDirectory::ScriptedDirectory(Script script, int bind_code) : script_(std::move(script)), bind_code_(bind_code) {
  std::signal(SIGPIPE, SIG_IGN);  // a client that hangs up is part of the tests
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener_, 8) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw std::runtime_error("no loopback server");
  }
  url_ = fmt::format("ldap://127.0.0.1:{}", ntohs(address.sin_port));
  thread_ = std::thread([this] { accept_all(); });
}

ScriptedDirectory::~ScriptedDirectory() {
  ::shutdown(listener_, SHUT_RDWR);
  if (const int client = client_; client >= 0) ::shutdown(client, SHUT_RDWR);
  thread_.join();
  ::close(listener_);
}

void ScriptedDirectory::accept_all() {
  for (;;) {
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) return;
    client_ = client;
    ++connections_;
    serve(client);
    client_ = -1;
    ::close(client);
  }
}

void ScriptedDirectory::serve(int client) {
  const std::unique_ptr<Sockbuf, Free> socket(ber_sockbuf_alloc());
  ber_sockbuf_add_io(socket.get(), &ber_sockbuf_io_tcp, LBER_SBIOD_LEVEL_PROVIDER, &client);
  ber_sockbuf_ctrl(socket.get(), LBER_SB_OPT_SET_FD, &client);
  Answer answer(socket.get());
  while (answer.open()) {
    const Ber ber(ber_alloc_t(LBER_USE_DER));
    ber_len_t length = 0;
    if (ber_get_next(socket.get(), &length, ber.get()) == LBER_ERROR) break;
    ber_int_t id = 0;
    ber_scanf(ber.get(), "i", &id);
    const ber_tag_t request = ber_peek_tag(ber.get(), &length);
    if (request == LDAP_REQ_UNBIND) break;
    if (request == LDAP_REQ_SEARCH) {
      script_(read_search(id, ber.get()), answer);
    } else if (request == LDAP_REQ_BIND) {
      BerElement* reply = ber_alloc_t(LBER_USE_DER);
      ber_printf(reply, "{it{ess}}", id, ber_tag_t{LDAP_RES_BIND}, bind_code_, "", "");
      ber_flush2(socket.get(), reply, LBER_FLUSH_FREE_ALWAYS);
    }
  }
  const int none = -1;  // accept_all() closes it
  ber_sockbuf_ctrl(socket.get(), LBER_SB_OPT_SET_FD, const_cast<int*>(&none));
}

}  // namespace connector::test
