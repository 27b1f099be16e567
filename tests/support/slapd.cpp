#include "support/slapd.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <initializer_list>
#include <stdexcept>
#include <thread>
#include <vector>

namespace connector::test {
namespace {

using namespace std::chrono_literals;

const std::filesystem::path slapd_program = "/usr/sbin/slapd";
const std::filesystem::path slapadd_program = "/usr/sbin/slapadd";
const std::filesystem::path openssl_program = "/usr/bin/openssl";

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

int free_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  const bool bound = ::bind(socket, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                     ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  ::close(socket);
  if (!bound) throw std::runtime_error("no free port");
  return ntohs(address.sin_port);
}

bool accepts(int port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  const sockaddr_in address = loopback(port);
  const bool connected = ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::close(socket);
  return connected;
}

std::string host_name() {
  char name[256] = "";
  ::gethostname(name, sizeof name - 1);
  return name;
}

std::string content(const std::string& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

bool Slapd::installed() {
  return exists(slapd_program) && exists(slapadd_program) && exists(openssl_program) &&
         std::filesystem::exists("/etc/ldap/schema");
}

Slapd::Slapd(const Start& start) {
  const bool tls = start.certificate || start.listen == Listen::ldaps;
  if (tls) make_certificate(start.certified_host);

  std::ofstream conf(file("slapd.conf"));
  for (const char* schema : {"core", "cosine", "inetorgperson", "nis", "msuser"}) {
    conf << "include /etc/ldap/schema/" << schema << ".schema\n";
  }
  conf << "modulepath /usr/lib/ldap\nmoduleload back_mdb\n"
       << "pidfile " << file("pid") << "\nsizelimit " << start.size_limit << "\n";
  if (tls) conf << "TLSCertificateFile " << file("cert.pem") << "\nTLSCertificateKeyFile " << file("key.pem") << "\n";
  conf << "database mdb\nsuffix dc=example,dc=com\nrootdn cn=admin,dc=example,dc=com\nrootpw admin-password\n"
       << "directory " << file("db") << "\nmaxsize 268435456\nindex objectClass eq\n";
  conf.close();
  add_entries(start.ldif);

  // Another process may take the free port first: then slapd ends at once.
  for (int tries = 0; tries < 5; ++tries) {
    const int port = free_port();
    // libldap takes localhost for the machine's own name, which the certificate has too.
    url_ = fmt::format("{}:{}", start.listen == Listen::ldaps ? "ldaps://localhost" : "ldap://127.0.0.1", port);
    process_ = std::make_unique<Process>(
        Process::Start{.command = {slapd_program, "-h", url_, "-f", file("slapd.conf"), "-d", "0"},
                       .folder = folder_.path(),
                       .output = file("log")});
    if (listens(port)) return;
  }
  throw std::runtime_error("slapd does not start: " + content(file("log")));
}

void Slapd::kill() {
  process_->send_signal(SIGKILL);
  process_->wait(10s);
}

void Slapd::make_certificate(const std::string& host) {
  const std::string names = host.empty() ? fmt::format("subjectAltName=DNS:localhost,DNS:{},IP:127.0.0.1", host_name())
                                         : "subjectAltName=DNS:" + host;
  Process openssl({.command = {openssl_program, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                               "-nodes", "-keyout", file("key.pem"), "-out", file("cert.pem"), "-days", "2", "-subj",
                               "/CN=" + host_name(), "-addext", names},
                   .folder = folder_.path(),
                   .output = file("log")});
  if (openssl.wait(30s) != 0) throw std::runtime_error("openssl: " + content(file("log")));
}

void Slapd::add_entries(const std::string& ldif) {
  std::filesystem::create_directory(file("db"));
  std::ofstream(file("data.ldif")) << ldif;
  Process slapadd({.command = {slapadd_program, "-q", "-f", file("slapd.conf"), "-l", file("data.ldif")},
                   .folder = folder_.path(),
                   .output = file("log")});
  if (slapadd.wait(60s) != 0) throw std::runtime_error("slapadd: " + content(file("log")));
}

// Whether it is up; false when it has ended.
bool Slapd::listens(int port) {
  for (int i = 0; i < 1000; ++i) {
    if (process_->wait(10ms)) return false;
    if (std::filesystem::exists(file("pid")) && accepts(port)) return true;
  }
  return false;
}

}  // namespace connector::test
