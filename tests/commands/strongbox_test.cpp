// The keyring: a real gnome-keyring on a session bus of its own.
#include <gmock/gmock.h>

#include <fstream>

#include "commands/program_test.h"
#include "support/keyring_session.h"

namespace connector::test::strongbox_test {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class Strongbox : public ProgramTest {
 protected:
  Strongbox() { std::filesystem::create_symlink(CONNECTOR_PROGRAM, folder.path() / "strongbox"); }

  /// Runs a script without any session bus. The exit code; output() has what it printed.
  int run_script(const std::string& script) const {
    folder.write("script.sh", script);
    return run_by(
        "unset DBUS_SESSION_BUS_ADDRESS XDG_RUNTIME_DIR DISPLAY; connector=$0 exec /bin/sh script.sh >stdout "
        "2>stderr </dev/null",
        {});
  }
};

class InKeyringSession : public Strongbox {
 protected:
  void SetUp() override {
    if (!has_keyring_tools()) GTEST_SKIP() << "needs dbus, gnome-keyring and libsecret-tools";
  }

  int run_session(const std::string& script) const {
    folder.write("session.sh", keyring_session(script));
    return run_script("exec dbus-run-session -- /bin/sh session.sh");
  }

  /// A NetBox that knows this token, and a section whose token is in the keyring.
  void configure_netbox(const std::string& token) {
    netbox = std::make_unique<simulator::HttpServer>(simulator::HttpServer::Options{}, [token](const auto& request) {
      if (request.header("authorization") != "Token " + token) return simulator::Answer{.status = 403};
      return simulator::json_answer({{"results", Json::array({{{"serial", "S1"}}})}, {"count", 1}, {"next", nullptr}});
    });
    configure("[netbox]\nenable = True\nurl = " + netbox->url() +
              "\nsync_field = SERIAL\nuse_server_map = False\nmapping.SERIAL = serial\nvault_keys = auth_token\n");
  }

  std::unique_ptr<simulator::HttpServer> netbox;
};

TEST_F(InKeyringSession, WhatItStoresOthersFind) {
  EXPECT_EQ(run_session(R"(
printf 'p\303\244ss word \nsecond line' | ./strongbox --connector netbox --key auth_token --value=; echo "exit $?"
echo "found $(secret-tool lookup service netbox username auth_token application 'Python keyring library')."
secret-tool search --all service netbox
)"),
            0);
  EXPECT_THAT(output(), AllOf(HasSubstr("exit 0"), HasSubstr("found p\u00e4ss word ."),
                              HasSubstr("label = Password for 'auth_token' on 'netbox'"),
                              HasSubstr("attribute.application = Python keyring library")));
  EXPECT_THAT(output(), Not(HasSubstr("Your secret"))) << "it is asked for on a terminal alone";
}

TEST_F(InKeyringSession, WhatOthersStoredItFinds) {
  configure_netbox("from-the-keyring");
  EXPECT_EQ(run_session(R"(
printf from-the-keyring | secret-tool store --label=any service netbox username auth_token
exec "$connector" upload netbox
)"),
            0);
  EXPECT_THAT(sent(), testing::ElementsAre("S1")) << output();
  EXPECT_THAT(output(), AllOf(HasSubstr("section [netbox]: auth_token from keyring \"netbox\""),
                              Not(HasSubstr("from-the-keyring"))));
}

TEST_F(InKeyringSession, StoringAgainReplaces) {
  EXPECT_EQ(run_session(R"sh(
printf old | secret-tool store --label=any service netbox username auth_token more attributes
printf new | ./strongbox --connector netbox --key auth_token
echo "found $(secret-tool lookup service netbox username auth_token)"
secret-tool search --all service netbox 2>&1 | grep -c '^secret'
)sh"),
            0);
  EXPECT_THAT(output(), HasSubstr("found new\n1\n"));
}

TEST_F(InKeyringSession, NamesAreListedAndSecretsRemoved) {
  EXPECT_EQ(run_session(R"(
for key in b a; do printf s3cret | ./strongbox --connector netbox --key $key; done
printf s3cret | ./strongbox --connector ldap --key password
echo all; ./strongbox --list
echo one; "$connector" strongbox --list --connector ldap
./strongbox --delete --connector netbox --key a; echo "exit $?"
./strongbox --delete --connector netbox --key a; echo "exit $?"
./strongbox --list
)"),
            0);
  EXPECT_EQ(folder.read("stdout"),
            "all\nldap password\nnetbox a\nnetbox b\none\nldap password\nexit 0\nexit 1\nldap password\nnetbox b\n");
  EXPECT_THAT(output(), HasSubstr("the keyring has no a of \"netbox\""));
}

TEST_F(InKeyringSession, ALockedOneSaysWhy) {
  configure_netbox("t");
  EXPECT_EQ(run_session(R"(
printf t | ./strongbox --connector netbox --key auth_token
lock
"$connector" upload netbox; echo "exit $?"
printf t | ./strongbox --connector other --key auth_token; echo "exit $?"
export DISPLAY=:77
"$connector" upload netbox; echo "exit $?"
)"),
            0);
  EXPECT_EQ(folder.read("stdout"), "exit 1\nexit 1\nexit 1\n");
  EXPECT_THAT(
      output(),
      HasSubstr("setting vault_keys: auth_token of \"netbox\" could not be fetched from the keyring: the keyring is "
                "locked, and without a display nobody can be asked for its password"));
  EXPECT_THAT(output(), HasSubstr("strongbox: the keyring is locked, and without a display"));
  EXPECT_THAT(output(), HasSubstr("the keyring is locked: the prompt for its password was dismissed"));
  EXPECT_THAT(sent(), IsEmpty());
}

TEST_F(InKeyringSession, WhatIsMissingIsSaid) {
  configure_netbox("t");
  EXPECT_EQ(run_session("exec \"$connector\" upload netbox"), 1);
  EXPECT_THAT(output(), HasSubstr("config.ini:11: section [netbox], setting vault_keys: auth_token of \"netbox\" could "
                                  "not be fetched from the keyring: it is not there, or empty. To store it: strongbox "
                                  "--connector netbox --key auth_token\n"));
}

TEST_F(InKeyringSession, ABusWithoutAServiceSaysSo) {
  folder.write("bus.conf", R"(<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen>
      <policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>
      <allow own="*"/></policy></busconfig>)");
  EXPECT_EQ(run_script("echo s | dbus-run-session --config-file=bus.conf -- ./strongbox --connector a --key b"), 1);
  EXPECT_THAT(output(), HasSubstr("no keyring here: no keyring service on the session bus"));
}

TEST_F(InKeyringSession, VaultIsFoundByItsEntriesFirst) {
  const simulator::HttpServer vault({}, [](const simulator::Request& request) {
    if (request.header("x-vault-token") != "s.keyring") return simulator::Answer{.status = 403, .body = "{}"};
    return simulator::json_answer({{"data", {{"auth_token", "from-vault"}}}});
  });
  configure_netbox("from-vault");
  EXPECT_EQ(run_session("printf " + vault.url() + R"( | ./strongbox --connector netbox --key vault_url
printf s.keyring | ./strongbox --connector netbox --key vault_token
echo 'vault_backend = vault' >>config.ini
export VAULT_ADDR=http://127.0.0.1:1 VAULT_TOKEN=s.environment
exec "$connector" upload netbox --no-retry
)"),
            0);
  EXPECT_THAT(sent(), testing::ElementsAre("S1")) << output();
  EXPECT_THAT(output(), Not(HasSubstr("s.keyring")));
}

TEST_F(InKeyringSession, LibsecretIsLoadedForAKeyringAlone) {
  configure(csv_section());
  write_assets(1);
  EXPECT_EQ(run_session(R"(
LD_DEBUG=files LD_DEBUG_OUTPUT=without "$connector" upload csv_assets; echo "exit $?"
echo s | LD_DEBUG=files LD_DEBUG_OUTPUT=with ./strongbox --connector a --key b; echo "exit $?"
cat without.* | grep -c -e libsecret -e libgio; cat with.* | grep -c libsecret >/dev/null && echo loaded
)"),
            0);
  EXPECT_EQ(folder.read("stdout"), "exit 0\nexit 0\n0\nloaded\n");
}

TEST_F(Strongbox, WithoutABusItSaysSo) {
  EXPECT_EQ(run_script("echo s | ./strongbox --connector a --key b"), 1);
  EXPECT_THAT(output(), HasSubstr("strongbox: no keyring here: no session bus"));
}

TEST_F(Strongbox, VersionAndHelpNeedNothingElse) {
  EXPECT_EQ(run_script("./strongbox --version && ./strongbox --help"), 0);
  EXPECT_THAT(output(), AllOf(HasSubstr("connector 1."), HasSubstr("strongbox"), HasSubstr("--connector NAME")));
}

TEST_F(Strongbox, WhatIsMissingOrWrongIsAUsageError) {
  for (const char* arguments : {"", "--key k", "--connector c", "--connector c --key k word", "--list --delete"}) {
    EXPECT_EQ(run_script(std::string("./strongbox ") + arguments), 1) << arguments;
    EXPECT_THAT(output(), HasSubstr("(see connector --help)")) << arguments;
  }
}

TEST_F(InKeyringSession, AValueOnTheCommandLineIsIgnored) {
  EXPECT_EQ(run_session(R"sh(
printf right | ./strongbox --connector a --key b --value=wr0ng; echo "exit $?"
printf right | ./strongbox --value --connector a --key c; echo "exit $?"
printf '' | ./strongbox --connector a --key d; echo "exit $?"
printf '\377' | ./strongbox --connector a --key d; echo "exit $?"
echo "found $(secret-tool lookup service a username b)"
./strongbox --list
)sh"),
            0);
  EXPECT_EQ(folder.read("stdout"), "exit 0\nexit 0\nexit 1\nexit 1\nfound right\na b\na c\n");
  EXPECT_THAT(folder.read("stderr"), AllOf(HasSubstr("strongbox: --value is ignored"), HasSubstr("the secret is empty"),
                                           HasSubstr("the secret is not UTF-8"), Not(HasSubstr("wr0ng"))));
}

TEST_F(InKeyringSession, ATerminalShowsThePromptAndNotTheSecret) {
  folder.write("typed", "s3cret\n");
  EXPECT_EQ(run_session(R"sh(
( until grep -q 'Your secret: ' typescript; do sleep 0.01; done; cat typed ) |
  script -qefc './strongbox --connector a --key b' typescript >/dev/null
echo "found $(secret-tool lookup service a username b)"
)sh"),
            0);
  EXPECT_THAT(output(), HasSubstr("found s3cret"));
  EXPECT_THAT(folder.read("typescript"), AllOf(HasSubstr("Your secret: "), Not(HasSubstr("s3cret"))));
}

}  // namespace connector::test::strongbox_test
