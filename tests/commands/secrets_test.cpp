// Runs with secrets from every store, and everything that they leave behind.
#include <gmock/gmock.h>

#include <csignal>
#include <filesystem>
#include <map>
#include <mutex>
#include <set>

#include "commands/program_test.h"
#include "support/keyring_session.h"

namespace connector::test::secrets_test {

namespace fs = std::filesystem;

using testing::AllOf;
using testing::Each;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::UnorderedElementsAreArray;

/// A NetBox that takes any token and remembers them; Vault, Conjur and the Central Credential Provider beside it.
class Services {
 public:
  Services() : server_({}, [this](const simulator::Request& request) { return answer(request); }) {}

  std::string url() const { return server_.url(); }
  std::set<std::string> tokens() const {
    const std::lock_guard lock(mutex_);
    return tokens_;
  }

 private:
  simulator::Answer answer(const simulator::Request& request) {
    if (request.path == "/v1/secret/netbox.vault") {
      return simulator::json_answer({{"data", {{"auth_token", "s3cret-vault"}}}});
    }
    if (request.path.starts_with("/authn/")) return simulator::Answer{.body = "s3cret-conjur-session"};
    if (request.path.starts_with("/secrets/")) return simulator::Answer{.body = "s3cret-conjur"};
    if (request.path.starts_with("/AIMWebService")) return simulator::json_answer({{"Content", "s3cret-ccp"}});
    const std::string token = request.header("authorization");
    {
      const std::lock_guard lock(mutex_);
      tokens_.insert(token.substr(token.find(' ') + 1));
    }
    // A source that quotes what it was asked, in a record that Oomnitza refuses, too.
    return simulator::json_answer({{"results", {{{"serial", "S1"}}, {{"serial", "refused"}, {"asked", token}}}},
                                   {"count", 2},
                                   {"next", nullptr}});
  }

  mutable std::mutex mutex_;
  std::set<std::string> tokens_;
  simulator::HttpServer server_;
};

class SecretsEverywhere : public ProgramTest {
 protected:
  std::string section(const std::string& name, const std::string& more) const {
    return "[netbox." + name + "]\nenable = True\nurl = " + services.url() +
           "\nsync_field = SERIAL\nuse_server_map = False\nmapping.SERIAL = serial\nvault_keys = auth_token\n" + more +
           "\n";
  }

  void configure_all() {
    configure(section("vault", "vault_backend = vault") + section("conjur", "vault_backend = cyberark") +
              section("ccp", "vault_backend = cyberark_ccp\nvault_app_id = app") +
              section("file", "vault_backend = file\nvault_folder = kept-apart") +
              section("command", "vault_backend = command\nvault_command = /bin/sh kept-apart/print.sh") +
              section("keyring", "") + section("systemd", "vault_keys = "));
    folder.write("kept-apart/netbox.file.auth_token", "s3cret-file\n");
    folder.write("kept-apart/print.sh",
                 "env >command-environment; cat /proc/$PPID/cmdline >command-line\n"
                 "printf '{\"auth_token\": \"s3cret-command\"}'\n");
    folder.write("kept-apart/vault-token", "s3cret-vault-token\n");
    folder.write("kept-apart/netbox.systemd.auth_token", "s3cret-systemd");
    folder.write("logging.json", R"({"handlers": {"file": {"class": "logging.FileHandler", "filename": "own.log"}},
                                     "root": {"handlers": ["file"], "level": "DEBUG"}})");
    oomnitza.cloud().refuse("SERIAL", "refused");
  }

  std::string environment() const {
    return "export CREDENTIALS_DIRECTORY=kept-apart VAULT_ADDR=" + services.url() +
           " VAULT_TOKEN_FILE=kept-apart/vault-token CONJUR_APPLIANCE_URL=" + services.url() +
           " CONJUR_AUTHN_API_KEY=s3cret-conjur-key CYBERARK_CCP_URL=" + services.url() + "\n";
  }

  /// The files below the working folder that hold a text, but for those where the test keeps it.
  std::vector<std::string> files_with(const std::string& text) const {
    std::vector<std::string> found;
    for (const auto& entry : fs::recursive_directory_iterator(folder.path())) {
      const std::string name = entry.path().lexically_relative(folder.path()).string();
      if (!entry.is_regular_file() || name.starts_with("kept-apart/") || name.starts_with("home/") ||
          name == "session.sh") {
        continue;
      }
      if (folder.read(name).find(text) != std::string::npos) found.push_back(name);
    }
    return found;
  }

  Services services;
};

TEST_F(SecretsEverywhere, AreInNothingThatARunLeavesBehind) {
  if (!has_keyring_tools()) GTEST_SKIP() << "needs dbus, gnome-keyring and libsecret-tools";
  configure_all();
  folder.write("session.sh", keyring_session(environment() + R"(
printf s3cret-keyring | "$connector" strongbox --connector netbox.keyring --key auth_token
"$connector" upload netbox.vault netbox.conjur netbox.ccp netbox.file netbox.command netbox.keyring netbox.systemd \
  --save-data --verbose; echo "exit $?"
)"));
  run_by("export connector=$0; exec dbus-run-session -- /bin/sh session.sh >stdout 2>stderr", {});
  EXPECT_THAT(services.tokens(),
              UnorderedElementsAreArray({"s3cret-vault", "s3cret-conjur", "s3cret-ccp", "s3cret-file", "s3cret-command",
                                         "s3cret-keyring", "s3cret-systemd"}))
      << output();
  EXPECT_THAT(output(), HasSubstr("exit 2")) << "Oomnitza refuses a record of each section";
  EXPECT_THAT(files_with("refused"), Not(IsEmpty())) << "payloads are kept and saved";
  EXPECT_THAT(files_with("CONNECTOR_SECRET_NAME=netbox.command"), testing::ElementsAre("command-environment"));
  EXPECT_THAT(files_with("upload"), testing::Contains("command-line"));
  EXPECT_THAT(files_with("s3cret"), IsEmpty());
}

TEST_F(SecretsEverywhere, TheLogNamesEachOrigin) {
  configure_all();
  folder.write("run.sh", environment() + R"(unset DBUS_SESSION_BUS_ADDRESS XDG_RUNTIME_DIR
exec "$connector" upload netbox.vault netbox.file netbox.systemd)");
  fs::remove(folder.path() / "logging.json");
  run_by("export connector=$0; exec /bin/sh run.sh >stdout 2>stderr", {});
  EXPECT_THAT(output(),
              AllOf(HasSubstr("section [netbox.vault]: auth_token from vault \"netbox.vault\""),
                    HasSubstr("section [netbox.file]: auth_token from file \"netbox.file\""),
                    HasSubstr("section [netbox.systemd]: auth_token from credential netbox.systemd.auth_token")));
}

TEST_F(SecretsEverywhere, NoCoreFileHoldsThem) {
  const EndlessSource source;
  configure(source.section());
  const auto dies = [&](const std::string& command, const std::function<bool()>& has_begun) {
    Process process = start_by("ulimit -c unlimited; touch begun; exec " + command, {"upload", "netbox"});
    wait_until([&] { return has_begun(); });
    process.send_signal(SIGSEGV);
    process.wait(longest);
  };
  const auto has_core = [&] {
    for (const auto& entry : fs::directory_iterator(folder.path())) {
      if (entry.path().filename().string().starts_with("core")) return true;
    }
    return false;
  };
  dies(R"("$0" "$@" >stdout 2>stderr)", [&] { return oomnitza.cloud().traffic().payloads >= 1; });
  fs::remove(folder.path() / "begun");
  EXPECT_FALSE(has_core());
  dies("sleep 60", [&] { return fs::exists(folder.path() / "begun"); });
  if (!has_core()) GTEST_SKIP() << "needs a machine that writes core files";
}

}  // namespace connector::test::secrets_test
