#include "secrets/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <filesystem>
#include <future>
#include <thread>

#include "connector/error.h"
#include "support/loopback_server.h"
#include "support/temporary_folder.h"

namespace connector::secrets_test {

using test::Answer;
using test::LoopbackServer;
using test::TemporaryFolder;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;

/// Answers one request on a socket of its own.
class SocketServer {
 public:
  explicit SocketServer(std::string answer) : socket_(::socket(AF_UNIX, SOCK_STREAM, 0)), answer_(std::move(answer)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path().copy(address.sun_path, sizeof address.sun_path - 1);
    const bool listens =
        ::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 && ::listen(socket_, 1) == 0;
    EXPECT_TRUE(listens) << path();
    thread_ = std::jthread([this] { answer_one(); });
  }
  ~SocketServer() {
    ::shutdown(socket_, SHUT_RDWR);
    thread_.join();
    ::close(socket_);
  }

  std::string path() const { return folder_.file("agent.sock"); }

 private:
  void answer_one() const {
    const int connection = ::accept(socket_, nullptr, nullptr);
    std::string request;
    std::array<char, 1024> piece{};
    while (connection >= 0 && request.find("\r\n\r\n") == std::string::npos) {
      const ssize_t count = ::read(connection, piece.data(), piece.size());
      if (count <= 0) break;
      request.append(piece.data(), static_cast<std::size_t>(count));
    }
    if (connection < 0) return;
    EXPECT_EQ(::write(connection, answer_.data(), answer_.size()), static_cast<ssize_t>(answer_.size()));
    ::close(connection);
  }

  const TemporaryFolder folder_;
  const int socket_;
  const std::string answer_;
  std::jthread thread_;
};

class SecretStores : public testing::Test {
 protected:
  SecretValues fetch(const std::string& backend) {
    settings.vault_backend = backend;
    return fetch_secrets(query, tools());
  }

  SecretTools tools() {
    return {.variable = [this](const std::string& name) { return variables[name]; },
            .log = Log(),
            .stop = {},
            .timing = {.max_retries = 0},
            .renewals = renewals};
  }

  std::string error_of(const std::string& backend) {
    try {
      fetch(backend);
    } catch (const std::exception& error) {
      return error.what();
    }
    return "";
  }

  LoopbackServer server;
  std::map<std::string, std::string> variables;
  Renewals* renewals = nullptr;
  TemporaryFolder folder;
  SectionSettings settings = with_defaults();
  SecretQuery query{.name = "net box/prod", .keys = {"auth_token", "pages"}, .settings = settings};

 private:
  static SectionSettings with_defaults() {
    SectionSettings settings;
    settings.vault_mount = "secret";
    return settings;
  }
};

class VaultStore : public SecretStores {
 protected:
  VaultStore() {
    variables = {{"VAULT_ADDR", server.url()}, {"VAULT_TOKEN", "s.token"}};
    server.on("GET", first, {{.body = R"({"data": {"auth_token": "nb", "pages": 7, "other": "x"}})"}});
  }

  const std::string first = "/v1/secret/net%20box/prod";
  const std::string second = "/v1/secret/data/net%20box/prod";
};

TEST_F(VaultStore, GivesAllKeysOfASectionAtOnce) {
  variables["VAULT_NAMESPACE"] = "team";
  EXPECT_THAT(fetch("vault"), ElementsAre(Pair("auth_token", "nb"), Pair("pages", "7")));
  ASSERT_EQ(server.requests().size(), 1U);
  EXPECT_EQ(server.requests()[0].header("X-Vault-Token"), "s.token");
  EXPECT_EQ(server.requests()[0].header("X-Vault-Request"), "true");
  EXPECT_EQ(server.requests()[0].header("X-Vault-Namespace"), "team");
}

TEST_F(VaultStore, TakesTheAddressAsItIsDocumentedAnywhere) {
  for (const char* more : {"", "/", "/v1", "/v1/", "/v1/secret/netbox"}) {
    variables["VAULT_ADDR"] = server.url(more);
    EXPECT_EQ(fetch("vault").at("auth_token"), "nb") << more;
  }
}

TEST_F(VaultStore, KnowsTheSecondVersionOfItsStore) {
  for (const int status : {403, 404}) {
    server.on("GET", first, {{.status = status, .body = "{}"}});
    server.on("GET", second, {{.body = R"({"data": {"data": {"auth_token": "v2", "pages": "1"}, "metadata": {}}})"}});
    EXPECT_EQ(fetch("vault").at("auth_token"), "v2") << status;
  }
}

TEST_F(VaultStore, SaysWhatIsMissing) {
  query.keys = {"password"};
  EXPECT_THAT(error_of("vault"), AllOf(HasSubstr("password of \"net box/prod\""),
                                       HasSubstr("vault kv put secret/net box/prod password=-")));
  server.on("GET", first, {{.status = 403, .body = "{}"}});
  server.on("GET", second, {{.status = 404, .body = "{}"}});
  EXPECT_THAT(error_of("vault"), AllOf(HasSubstr("status 403"), HasSubstr("status 404"), Not(HasSubstr("s.token"))));
  server.on("GET", first, {{.status = 503, .body = R"({"errors": ["Vault is sealed"]})"}});
  EXPECT_THAT(error_of("vault"), AllOf(HasSubstr("503"), HasSubstr("sealed")));
  variables.erase("VAULT_TOKEN");
  EXPECT_THAT(error_of("vault"), HasSubstr("set VAULT_TOKEN"));
  variables.clear();
  EXPECT_THAT(error_of("vault"), HasSubstr("set VAULT_ADDR"));
}

TEST_F(VaultStore, AnExpiredTokenIsToldFromAMissingSecret) {
  const auto answers = [&](int status) {
    server.on("GET", first, {{.status = status, .body = R"({"errors": ["permission denied"]})"}});
    server.on("GET", second, {{.status = status, .body = R"({"errors": ["permission denied"]})"}});
    return error_of("vault");
  };
  EXPECT_THAT(answers(403), AllOf(HasSubstr("auth_token, pages of \"net box/prod\" could not be fetched from Vault"),
                                  HasSubstr("the token has expired"), HasSubstr("To store it: vault kv put secret/")));
  EXPECT_THAT(answers(404), AllOf(HasSubstr("status 404 for version 1"), Not(HasSubstr("expired"))));
}

TEST_F(VaultStore, MayBeMountedElsewhere) {
  settings.vault_mount = "team a/kv";
  settings.vault_path = "sources/netbox";
  server.on("GET", "/v1/team%20a/kv/data/sources/netbox",
            {{.body = R"({"data": {"data": {"auth_token": "there", "pages": 1}}})"}});
  EXPECT_EQ(fetch("vault").at("auth_token"), "there");
  query.keys = {"password"};
  EXPECT_THAT(error_of("vault"), HasSubstr("vault kv put team a/kv/sources/netbox password=-"));
}

TEST_F(VaultStore, TheSectionsAddressWins) {
  settings.vault_url = server.url("/v1/");
  variables["VAULT_ADDR"] = "http://127.0.0.1:1";
  EXPECT_EQ(fetch("vault").at("auth_token"), "nb");
}

TEST_F(VaultStore, AnAgentProvesByItselfWhoAsks) {
  variables = {{"VAULT_AGENT_ADDR", server.url()}, {"VAULT_ADDR", "http://127.0.0.1:1"}};
  EXPECT_EQ(fetch("vault").at("auth_token"), "nb");
  EXPECT_FALSE(server.requests()[0].headers.contains("X-Vault-Token"));
}

TEST_F(VaultStore, AnAgentMayListenOnASocket) {
  const SocketServer agent("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"data\": {\"auth_token\": \"by socket\"}}");
  variables = {{"VAULT_ADDR", "unix://" + agent.path()}};
  query.keys = {"auth_token"};
  EXPECT_EQ(fetch("vault").at("auth_token"), "by socket");
}

TEST_F(VaultStore, ItsOwnAuthoritiesCount) {
  const test::Certificate certificate;
  LoopbackServer secure(certificate);
  secure.on("GET", first, {{.body = R"({"data": {"auth_token": "nb", "pages": 7}})"}});
  variables["VAULT_ADDR"] = secure.url();
  EXPECT_THAT(error_of("vault"), HasSubstr("certificate"));
  variables["VAULT_CACERT"] = certificate.certificate_file;
  EXPECT_EQ(fetch("vault").at("auth_token"), "nb");
}

TEST_F(VaultStore, TokensAreRenewedWhileTheyAreKept) {
  std::promise<void> renewed_twice;
  int renewals_seen = 0;
  server.handle("POST", "/v1/auth/token/renew-self", [&](const test::Received& request) {
    EXPECT_EQ(request.header("X-Vault-Token"), "s.token");
    if (++renewals_seen == 2) renewed_twice.set_value();
    return Answer{.body = R"({"auth": {"renewable": true, "lease_duration": 1}})"};
  });
  Renewals kept(std::chrono::seconds(0));
  renewals = &kept;
  fetch("vault");
  fetch("vault");
  EXPECT_EQ(renewed_twice.get_future().wait_for(std::chrono::seconds(30)), std::future_status::ready);
}

TEST_F(VaultStore, ATokenThatCannotBeRenewedIsToldOnce) {
  std::promise<void> refused;
  server.handle("POST", "/v1/auth/token/renew-self", [&](const test::Received&) {
    refused.set_value();  // throws when it is asked again
    return Answer{.status = 400, .body = R"({"errors": ["token is not renewable"]})"};
  });
  Renewals kept(std::chrono::seconds(0));
  renewals = &kept;
  settings.vault_backend = "vault";
  keep_store_open(query, tools());
  EXPECT_EQ(refused.get_future().wait_for(std::chrono::seconds(30)), std::future_status::ready);
  fetch("vault");
}

TEST_F(VaultStore, ARoleLogsInWithoutAToken) {
  variables.erase("VAULT_TOKEN");
  variables["VAULT_ROLE_ID"] = "role";
  variables["VAULT_SECRET_ID"] = "secret";
  server.on("POST", "/v1/auth/approle/login", {{.body = R"({"auth": {"client_token": "s.role"}})"}});
  EXPECT_EQ(fetch("vault").at("auth_token"), "nb");
  EXPECT_EQ(server.requests()[0].body, R"({"role_id":"role","secret_id":"secret"})");
  EXPECT_EQ(server.requests()[1].header("X-Vault-Token"), "s.role");
}

TEST_F(VaultStore, ARedirectTakesTheTokenToNoOtherHost) {
  LoopbackServer other;
  other.on("GET", "/there", {{.body = R"({"data": {"auth_token": "theirs", "pages": 1}})"}});
  server.on("GET", first, {{.status = 307, .headers = {{"Location", other.url("/there")}}}});
  variables["VAULT_NAMESPACE"] = "team";
  error_of("vault");
  ASSERT_EQ(other.requests().size(), 1U);
  for (const auto& request : other.requests()) {
    EXPECT_FALSE(request.headers.contains("X-Vault-Token"));
    EXPECT_FALSE(request.headers.contains("X-Vault-Namespace"));
  }
}

TEST(Renewals, EndWithTheProgram) {
  std::promise<void> asked;
  Renewals renewals(std::chrono::seconds(0));
  renewals.keep("token", [&]() -> std::optional<std::chrono::seconds> {
    asked.set_value();
    throw Stopped();
  });
  EXPECT_EQ(asked.get_future().wait_for(std::chrono::seconds(30)), std::future_status::ready);
}

class ConjurStore : public SecretStores {
 protected:
  ConjurStore() {
    query.name = "netbox";
    query.keys = {"auth/token"};
    variables = {{"CONJUR_APPLIANCE_URL", server.url("/")}, {"CONJUR_AUTHN_API_KEY", "api-key"}};
    server.on("POST", "/authn/netbox/admin/authenticate", {{.body = "{\"token\"}"}});
    server.on("GET", "/secrets/netbox/variable/auth%2Ftoken", {{.body = " as it is\n"}});
  }
};

TEST_F(ConjurStore, GivesVariablesAsTheyAre) {
  EXPECT_THAT(fetch("cyberark"), ElementsAre(Pair("auth/token", " as it is\n")));
  EXPECT_EQ(server.requests()[0].body, "api-key");
  EXPECT_EQ(server.requests()[1].header("Authorization"), "Token token=\"eyJ0b2tlbiJ9\"");
}

TEST_F(ConjurStore, AccountAndLoginMayBeOthers) {
  variables["CONJUR_ACCOUNT"] = "it";
  variables["CONJUR_AUTHN_LOGIN"] = "host/app";
  server.on("POST", "/authn/it/host%2Fapp/authenticate", {{.body = "t"}});
  server.on("GET", "/secrets/it/variable/auth%2Ftoken", {{.body = "value"}});
  EXPECT_EQ(fetch("cyberark").at("auth/token"), "value");
}

TEST_F(ConjurStore, SaysWhatIsMissing) {
  server.on("GET", "/secrets/netbox/variable/auth%2Ftoken", {{.status = 404}});
  EXPECT_THAT(error_of("cyberark"),
              AllOf(HasSubstr("auth/token of \"netbox\""), HasSubstr("conjur variable set -i auth/token")));
  server.on("POST", "/authn/netbox/admin/authenticate", {{.status = 401, .body = "no"}});
  EXPECT_THAT(error_of("cyberark"), AllOf(HasSubstr("401"), Not(HasSubstr("api-key"))));
  server.on("POST", "/authn/netbox/admin/authenticate", {{.status = 302, .headers = {{"Location", "/elsewhere"}}}});
  EXPECT_THAT(error_of("cyberark"), HasSubstr("redirects"));
  variables.erase("CONJUR_AUTHN_API_KEY");
  EXPECT_THAT(error_of("cyberark"), HasSubstr("set CONJUR_AUTHN_API_KEY"));
  variables.clear();
  EXPECT_THAT(error_of("cyberark"), HasSubstr("set CONJUR_APPLIANCE_URL"));
}

TEST_F(ConjurStore, ATokenOfTheirOwnLogsPodsIn) {
  variables = {{"CONJUR_APPLIANCE_URL", server.url()},
               {"CONJUR_AUTHN_JWT_SERVICE_ID", "kube/dev"},
               {"JWT_TOKEN_PATH", folder.write("jwt", "eyJh.e30.c2ln+/\n")}};
  server.on("POST", "/authn-jwt/kube%2Fdev/netbox/authenticate", {{.body = "{\"token\"}"}});
  EXPECT_EQ(fetch("cyberark").at("auth/token"), " as it is\n");
  EXPECT_EQ(server.requests()[0].body, "jwt=eyJh.e30.c2ln%2B%2F");
  EXPECT_EQ(server.requests()[1].header("Authorization"), "Token token=\"eyJ0b2tlbiJ9\"");

  variables["CONJUR_AUTHN_JWT_HOST_ID"] = "host/app";
  server.on("POST", "/authn-jwt/kube%2Fdev/netbox/host%2Fapp/authenticate", {{.body = "t"}});
  EXPECT_EQ(fetch("cyberark").size(), 1U);
  variables["JWT_TOKEN_PATH"] = folder.file("none");
  EXPECT_THAT(error_of("cyberark"), HasSubstr("cannot read " + folder.file("none")));
}

class CredentialProvider : public SecretStores {
 protected:
  CredentialProvider() {
    settings.vault_app_id = "Oomnitza";
    settings.vault_safe = "IT safe";
    query.name = "netbox";
    query.keys = {"username", "password"};
    variables = {{"CYBERARK_CCP_URL", server.url("/")}};
    server.on("GET", "/AIMWebService/api/Accounts",
              {{.body = R"({"Content": "s3cret", "UserName": "reader", "Address": "netbox.example.com"})"}});
  }
};

TEST_F(CredentialProvider, GivesAnAccountsProperties) {
  query.keys = {"username", "password", "address", "auth_token"};
  EXPECT_THAT(fetch("cyberark_ccp"), ElementsAre(Pair("address", "netbox.example.com"), Pair("auth_token", "s3cret"),
                                                 Pair("password", "s3cret"), Pair("username", "reader")));
  EXPECT_EQ(server.requests()[0].target, "/AIMWebService/api/Accounts?AppID=Oomnitza&Safe=IT%20safe&Object=netbox");
  settings.vault_object = "Root-netbox";
  settings.vault_url = server.url("/AIMWebService/api");
  fetch("cyberark_ccp");
  EXPECT_THAT(server.requests()[1].target,
              testing::EndsWith("/AIMWebService/api/Accounts?AppID=Oomnitza&Safe=IT%20safe&Object=Root-netbox"));
}

TEST_F(CredentialProvider, KnowsTheApplicationByItsCertificate) {
  const test::Certificate server_certificate;
  const test::Certificate client;
  LoopbackServer secure(server_certificate, &client);
  secure.on("GET", "/AIMWebService/api/Accounts", {{.body = R"({"Content": "s3cret", "UserName": "reader"})"}});
  settings.vault_url = secure.url();
  settings.cacert_file = server_certificate.certificate_file;
  EXPECT_THAT(error_of("cyberark_ccp"), HasSubstr("password of \"netbox\""));
  settings.user_pem_file = client.both_file;
  EXPECT_EQ(fetch("cyberark_ccp").at("password"), "s3cret");
}

TEST_F(CredentialProvider, SaysWhatIsMissing) {
  const auto answer = [&](int status, const char* code, const char* text) {
    server.on("GET", "/AIMWebService/api/Accounts",
              {{.status = status, .body = fmt::format(R"({{"ErrorCode": "{}", "ErrorMsg": "{}"}})", code, text)}});
    return error_of("cyberark_ccp");
  };
  EXPECT_THAT(answer(404, "APPAP004E", "Password object matching query was not found"),
              AllOf(HasSubstr("username, password of \"netbox\""), HasSubstr("it is not there"),
                    HasSubstr("add the account netbox to the safe IT safe")));
  EXPECT_THAT(answer(403, "APPAP306E", "Authentication error"), AllOf(HasSubstr("403"), HasSubstr("APPAP306E")));
  server.on("GET", "/AIMWebService/api/Accounts", {{.status = 302, .headers = {{"Location", "/elsewhere"}}}});
  EXPECT_THAT(error_of("cyberark_ccp"), HasSubstr("redirects"));
  variables.clear();
  EXPECT_THAT(error_of("cyberark_ccp"), HasSubstr("set CYBERARK_CCP_URL"));
  settings.vault_app_id.clear();
  EXPECT_THAT(error_of("cyberark_ccp"), HasSubstr("vault_app_id is not set"));
}

class FileStore : public SecretStores {
 protected:
  FileStore() {
    settings.vault_folder = (folder.path() / "secrets").string();
    std::filesystem::create_directory(settings.vault_folder);
  }
};

TEST_F(FileStore, ReadsAFolderOfASectionOrFilesBesideEachOther) {
  folder.write("secrets/net box/prod/auth_token", " as it is\n\n");
  folder.write("secrets/net box/prod.pages", "7\r\n");
  EXPECT_THAT(fetch("file"), ElementsAre(Pair("auth_token", " as it is\n"), Pair("pages", "7")));
}

TEST_F(FileStore, SaysWhatIsMissing) {
  folder.write("secrets/net box/prod/auth_token", "");
  EXPECT_THAT(error_of("file"),
              AllOf(HasSubstr("auth_token, pages of \"net box/prod\" could not be fetched from files"),
                    HasSubstr("install -D -m 600 /dev/stdin " + settings.vault_folder)));
  query.name = "../outside";
  EXPECT_THAT(error_of("file"), HasSubstr("must not lead out of vault_folder"));
  settings.vault_folder += "/none";
  EXPECT_THAT(error_of("file"), HasSubstr("no such directory"));
}

class CommandStore : public SecretStores {
 protected:
  CommandStore() { variables = {{"PATH", "/usr/bin:/bin"}, {"VAULT_TOKEN", "s3cret"}}; }

  void set(const std::string& script) {
    settings.vault_command = "/bin/sh '" + folder.write("print.sh", script) + "' \"a b\" c\\ d";
  }
};

TEST_F(CommandStore, TakesTheObjectThatAProgramPrints) {
  set(R"(printf '{"auth_token": "%s", "pages": 7, "other": 1}' "$1|$2|$CONNECTOR_SECRET_NAME|$CONNECTOR_SECRET_KEYS")");
  EXPECT_THAT(fetch("command"),
              ElementsAre(Pair("auth_token", "a b|c d|net box/prod|auth_token pages"), Pair("pages", "7")));
}

TEST_F(CommandStore, GivesItNoSecret) {
  ::setenv("CONNECTOR_TEST_SECRET", "s3cret", 1);
  set("printf '{\"auth_token\": \"%s\", \"pages\": 1}' \"$(env | tr '\\n' ';')\"");
  const std::string environment = fetch("command").at("auth_token");
  ::unsetenv("CONNECTOR_TEST_SECRET");
  EXPECT_THAT(environment, AllOf(HasSubstr("PATH=/usr/bin:/bin"), Not(HasSubstr("s3cret"))));
}

TEST_F(CommandStore, SaysHowItFailed) {
  set("echo s3cret >&2; exit 3");
  EXPECT_THAT(error_of("command"),
              AllOf(HasSubstr("vault_command, /bin/sh: it ended with exit code 3"), Not(HasSubstr("s3cret"))));
  set("kill -9 $$");
  EXPECT_THAT(error_of("command"), HasSubstr("it crashed (Killed)"));
  for (const char* output : {"echo s3cret", "echo '[\"s3cret\"]'", "true"}) {
    set(output);
    EXPECT_THAT(error_of("command"), AllOf(HasSubstr("must print one JSON object"), Not(HasSubstr("s3cret"))))
        << output;
  }
  set("echo '{\"auth_token\": \"x\"}'");
  EXPECT_THAT(error_of("command"), AllOf(HasSubstr("pages of"), HasSubstr("it is not there")));
  settings.vault_command = "/no/such/program";
  EXPECT_THAT(error_of("command"), HasSubstr("cannot start it: No such file or directory"));
  settings.vault_command = "printf 'x";
  EXPECT_THAT(error_of("command"), HasSubstr("a quote that is not closed"));
  settings.vault_command = "";
  EXPECT_THAT(error_of("command"), HasSubstr("vault_command is empty"));
}

TEST_F(SecretStores, WithoutAKeyringIsAnErrorThatSaysWhatToDo) {
  EXPECT_THAT(error_of("keyring"),
              AllOf(HasSubstr("no session bus"), HasSubstr("strongbox --connector net box/prod --key auth_token")));
}

}  // namespace connector::secrets_test
