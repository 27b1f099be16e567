#include "secrets/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connector/error.h"
#include "support/loopback_server.h"

namespace connector::secrets_test {

using test::Answer;
using test::LoopbackServer;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;

class SecretStores : public testing::Test {
 protected:
  SecretValues fetch(const std::string& backend) {
    const SecretTools tools{.variable = [this](const std::string& name) { return variables[name]; },
                            .log = Log(),
                            .stop = {},
                            .timing = {.max_retries = 0}};
    return fetch_secrets(backend, query, tools);
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
  SecretQuery query{.name = "net box/prod", .keys = {"auth_token", "pages"}, .tls = {}};
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
  EXPECT_THAT(error_of("vault"), AllOf(HasSubstr("no password under secret/net box/prod"), HasSubstr("vault kv put")));
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
              AllOf(HasSubstr("no variable auth/token in the account netbox"), HasSubstr("conjur")));
  server.on("POST", "/authn/netbox/admin/authenticate", {{.status = 401, .body = "no"}});
  EXPECT_THAT(error_of("cyberark"), AllOf(HasSubstr("401"), Not(HasSubstr("api-key"))));
  server.on("POST", "/authn/netbox/admin/authenticate", {{.status = 302, .headers = {{"Location", "/elsewhere"}}}});
  EXPECT_THAT(error_of("cyberark"), HasSubstr("redirects"));
  variables.erase("CONJUR_AUTHN_API_KEY");
  EXPECT_THAT(error_of("cyberark"), HasSubstr("set CONJUR_AUTHN_API_KEY"));
  variables.clear();
  EXPECT_THAT(error_of("cyberark"), HasSubstr("set CONJUR_APPLIANCE_URL"));
}

TEST_F(SecretStores, WithoutAKeyringIsAnErrorThatSaysWhatToDo) {
  EXPECT_THAT(error_of("keyring"), HasSubstr("set vault_backend to vault or cyberark"));
}

}  // namespace connector::secrets_test
