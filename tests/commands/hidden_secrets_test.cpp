// What must not be shown, at the places where it was.
#include <gmock/gmock.h>

#include "commands/program_test.h"

namespace connector::test::hidden_secrets_test {

using testing::HasSubstr;
using testing::Not;

using HiddenSecrets = ProgramTest;

TEST_F(HiddenSecrets, OfASettingThatAMappingSends) {
  const EndlessSource source;
  configure(source.section() + "mapping.TOKEN = {\"setting\": \"auth_token\"}\n");
  EXPECT_EQ(run({"upload", "netbox", "--testmode"}), 0) << output();
  EXPECT_THAT(output(), HasSubstr("\"TOKEN\": \"***\""));
  EXPECT_THAT(output(), Not(HasSubstr("endless-token")));
}

TEST_F(HiddenSecrets, OfAddressesThatAreWrong) {
  for (const std::string url :
       {"http://svc:made-up-secret@127.0.0.1:1/", "http://svc:made-up-secret@127.0.0.1:99999",
        "htp:/svc:made-up-secret@host", "svc:made-up-secret@host:80/x", "http://svc:made-up-secret@ho st"}) {
    configure("[netbox]\nenable = True\nurl = " + url +
              "\nauth_token = token-of-tests\nsync_field = SERIAL\n"
              "use_server_map = False\nmapping.SERIAL = serial\n"
              "[jasper]\nenable = True\nwsdl_path = " +
              url +
              "\nusername = u\npassword = password-of-tests\n"
              "api_token = token-of-tests\nsync_field = SERIAL\nuse_server_map = False\nmapping.SERIAL = iccid\n");
    EXPECT_EQ(run({"--no-retry", "--verbose", "upload", "netbox", "jasper"}), 2) << output();
    EXPECT_THAT(output(), Not(HasSubstr("made-up-secret"))) << url;
  }
}

TEST_F(HiddenSecrets, OfAddressesOfProxies) {
  configure(csv_section());
  write_assets(1);
  for (const char* proxy : {"http://svc:made-up-secret@:99999", "xyz://svc:made-up-secret@127.0.0.1:1",
                            "http://svc:made-up-secret@127.0.0.1:1"}) {
    const std::string with_proxy =
        fmt::format(R"(http_proxy='{}' NO_PROXY= no_proxy= "$0" "$@" >stdout 2>stderr)", proxy);
    EXPECT_NE(run_by(with_proxy, {"--no-retry", "--verbose", "upload", "csv_assets"}), 0) << proxy;
    EXPECT_THAT(output(), Not(HasSubstr("made-up-secret"))) << proxy;
  }
}

TEST_F(HiddenSecrets, OfFilesThatAreNoCertificates) {
  configure(csv_section("user_pem_file = notes.txt\ncacert_file = notes.txt\n"), "https://127.0.0.1:1");
  write_assets(1);
  folder.write("notes.txt", "the made-up-secret of these notes\n");
  run({"--no-retry", "--verbose", "upload", "csv_assets"});
  EXPECT_THAT(output(), Not(HasSubstr("made-up-secret")));
  for (const char* setting : {"user_pem_file", "cacert_file"}) {
    configure(csv_section(fmt::format("{} = -----BEGIN PRIVATE KEY-----made-up-secret\n", setting)));
    EXPECT_EQ(run({"upload", "csv_assets"}), 1);
    EXPECT_THAT(output(), HasSubstr("must be the name of a file"));
    EXPECT_THAT(output(), Not(HasSubstr("made-up-secret")));
  }
}

}  // namespace connector::test::hidden_secrets_test
