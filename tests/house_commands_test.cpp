// Commands that documents show are commands that the program, the Makefile and the repository have.
#include <gmock/gmock.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "cli.h"
#include "commands/command.h"
#include "commands/program_test.h"
#include "support/documents.h"

namespace connector::house_commands_test {

namespace fs = std::filesystem;

using test::house;
using test::text_of;

/// The documents that users read.
std::vector<fs::path> documents() {
  std::vector<fs::path> files = {house / "README.md"};
  for (const char* folder : {"docs", "connectors"}) {
    for (const auto& entry : fs::recursive_directory_iterator(house / folder)) {
      if (entry.path().extension() == ".md") files.push_back(entry.path());
    }
  }
  return files;
}

/// Lines of code blocks, fenced with sh or indented, and code within sentences.
std::vector<std::string> commands_shown(const std::string& document) {
  std::vector<std::string> commands;
  std::istringstream lines(document);
  std::string fence;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("```")) {
      fence = fence.empty() ? line : "";
    } else if (fence == "```sh" || (fence.empty() && line.starts_with("    "))) {
      commands.push_back(line);
    } else if (fence.empty()) {
      const std::regex code("`([^`]+)`");
      for (std::sregex_iterator found(line.begin(), line.end(), code), end; found != end; ++found) {
        commands.push_back((*found)[1]);
      }
    }
  }
  return commands;
}

bool is_program(const std::string& word) {
  const std::string name = fs::path(word).filename().string();
  return name == "connector" || name == "strongbox";
}

/// The words of each call of the program in a line of shell; a comment, a pipe or a redirection ends it.
std::vector<std::vector<std::string>> calls_in(const std::string& line) {
  static const std::vector<std::string> before = {"sudo", "exec", "$", "nohup", "time"};
  std::vector<std::string> words;
  std::istringstream stream(line);
  for (std::string word; stream >> word && !word.starts_with('#');) words.push_back(word);
  std::vector<std::vector<std::string>> calls;
  bool is_first = true;  // of a command
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    const bool names_user = i > 0 && words[i - 1] == "-u";
    if (is_program(word) && !names_user && (is_first || words[i - 1] == "--" || words[0] == "sudo")) {
      std::vector<std::string> call;
      for (; i < words.size() && words[i].find_first_of("|;&<>") == std::string::npos; ++i) call.push_back(words[i]);
      calls.push_back(call);
    }
    is_first = is_first && (std::find(before.begin(), before.end(), word) != before.end() ||
                            word.find('=') != std::string::npos || word.find_first_of("*0123456789") == 0);
  }
  return calls;
}

const Command* command_called(const std::string& name) {
  const auto found =
      std::find_if(commands().begin(), commands().end(), [&](const Command& row) { return row.name == name; });
  return found == commands().end() ? nullptr : &*found;
}

/// What is wrong with a call; empty when the program takes it.
std::string problem_of(const std::vector<std::string>& call) {
  std::vector<const char*> words;
  for (const std::string& word : call) {
    if (word == "…" || word == "...") continue;
    words.push_back(word == "HOST:PORT" ? "127.0.0.1:9100" : word.c_str());
  }
  try {
    const CommandLine line = parse_command_line(static_cast<int>(words.size()), words.data());
    if (line.help || line.version || line.action.empty()) return {};
    if (std::regex_match(line.action, std::regex("[A-Z]+|gui|template-workers")))
      return {};  // a placeholder, or what is told apart
    const Command* command = command_called(line.action);
    if (command == nullptr) return "unknown action " + line.action;
    if (command->check != nullptr && words.size() > 2) command->check(line);
    return {};
  } catch (const UsageError& error) {
    return error.what();
  }
}

TEST(HouseCommands, DocumentsShowWhatTheProgramTakes) {
  std::size_t count = 0;
  for (const fs::path& file : documents()) {
    for (const std::string& line : commands_shown(text_of(file))) {
      for (const std::vector<std::string>& call : calls_in(line)) {
        EXPECT_EQ(problem_of(call), "") << file.lexically_relative(house) << ": " << line;
        ++count;
      }
    }
  }
  EXPECT_GE(count, 50U);
}

/// A machine on which they run: a file is there, and whatever else is a source refuses connections.
class DocumentedCommands : public test::ProgramTest {
 protected:
  static constexpr std::chrono::milliseconds long_enough{1500};  ///< for what waits for a signal, or for a source

  void prepare() const {  // for each anew: generate-ini writes config.ini
    write_assets(12);
    const char* user = "username = user\npassword = made-up\n";
    configure(
        csv_section() + "\n[ldap]\nenable = True\nurl = ldap://127.0.0.1:1\n" + user +
        "base_dn = dc=example\ndefault_role = 25\ndefault_position = Employee\n" +
        "\n[sccm]\nenable = True\nserver = 127.0.0.1,1\ndatabase = SCCM\nauthentication = SQL Server\n" + user +
        "\n[jasper]\nenable = True\nwsdl_path = http://127.0.0.1:1/\napi_token = made-up\n" + user +
        "storage = jasper\n\n[casper]\nenable = True\nurl = http://127.0.0.1:1\nwebhook_secret = made-up-secret\n" +
        user + "\n[managed.50]\n");
  }

  /// Its arguments on this machine; none for what is a part of a command only.
  std::vector<std::string> arguments(const std::vector<std::string>& call) const {
    static const std::set<std::string> parts = {"gui", "strongbox", "template-workers"};
    std::vector<std::string> words;
    for (std::size_t i = 1; i < call.size(); ++i) {
      std::string word = call[i];
      if (parts.contains(word) || word == "…" || word == "...") return {};
      const bool is_port = i > 1 && (call[i - 1] == "--port" || call[i - 1] == "--listen");
      if (word == "HOST:PORT") word = "127.0.0.1:9100";
      if (is_port) word = std::regex_replace(word, std::regex("[^:]+$"), "0");  // any that is free
      if (word == "SECTION") word = "csv_assets";
      if (word.starts_with("/var/lib/connector")) word = folder.file("state");
      if (word.starts_with("/etc/connector")) word = "config.ini";
      words.push_back(word);
    }
    if (words == std::vector<std::string>{"server"}) return {"server", "--port", "0"};
    return words == std::vector<std::string>{"upload"} ? std::vector<std::string>() : words;
  }
};

TEST_F(DocumentedCommands, Run) {
  std::set<std::vector<std::string>> distinct;
  for (const fs::path& file : documents()) {
    for (const std::string& line : commands_shown(text_of(file))) {
      for (const std::vector<std::string>& call : calls_in(line)) {
        if (fs::path(call.front()).filename() == "connector") distinct.insert(arguments(call));
      }
    }
  }
  distinct.erase(std::vector<std::string>());
  for (const std::vector<std::string>& words : distinct) {
    prepare();
    test::Process process = start(words);
    std::optional<int> exit_code = process.wait(long_enough);
    if (!exit_code) {
      wait_until([this] { return !output().empty(); });
      process.send_signal(SIGTERM);
      exit_code = end_of(std::move(process));
    }
    std::string line = "connector";
    bool has_a_source_that_is_down = false;
    for (const std::string& word : words) {
      line += " " + word;
      has_a_source_that_is_down = has_a_source_that_is_down || word == "ldap" || word == "sccm" || word == "jasper";
    }
    const bool is_upload = std::find(words.begin(), words.end(), "upload") != words.end();
    EXPECT_EQ(exit_code, has_a_source_that_is_down && is_upload ? 2 : 0) << line << "\n" << output();
  }
  EXPECT_GE(distinct.size(), 25U);
}

TEST(HouseCommands, WhatDocumentsMakeIsInTheMakefile) {
  const std::string makefile = text_of(house / "Makefile");
  const std::regex target("(^|[ `])make ([a-z][a-z-]*)");
  for (const fs::path& file : documents()) {
    for (const std::string& line : commands_shown(text_of(file))) {
      std::smatch found;
      if (!std::regex_search(line, found, target)) continue;
      EXPECT_NE(makefile.find("\n" + found[2].str() + ":"), std::string::npos) << file << ": " << line;
    }
  }
}

TEST(HouseCommands, FilesThatDocumentsLinkToExist) {
  const std::regex link(R"re(\]\(([^)#: ]+)(#[^)]*)?\))re");
  for (const fs::path& file : documents()) {
    const std::string text = text_of(file);
    for (std::sregex_iterator found(text.begin(), text.end(), link), end; found != end; ++found) {
      EXPECT_TRUE(fs::exists(file.parent_path() / (*found)[1].str())) << file << ": " << (*found)[1];
    }
  }
}

TEST(HouseCommands, WhatIsWrongIsFound) {
  EXPECT_EQ(problem_of({"connector", "uplaod", "ldap"}), "unknown action uplaod");
  EXPECT_NE(problem_of({"connector", "upload", "ldap", "--testmod"}), "");
  EXPECT_NE(problem_of({"connector", "upload", "ldap", "--shard", "6/5"}), "");
  EXPECT_EQ(problem_of({"strongbox", "--list"}), "");
  EXPECT_EQ(calls_in("sudo -u connector connector upload x  # why").size(), 1U);
  EXPECT_EQ(calls_in("30 2 * * * connector upload ldap && true").front().size(), 3U);
  EXPECT_EQ(calls_in("apt-get remove connector").size(), 0U);
}

/// Every option, action and file of the Python connector's documentation.
TEST(HouseCommands, TheMigrationPageNamesAllOfThePythonConnector) {
  const std::string page = text_of(house / "docs" / "migrating.md");
  for (const char* name : {"--ini",
                           "--logging-config",
                           "--record-count",
                           "--workers",
                           "--testmode",
                           "--save-data",
                           "--show-mappings",
                           "--singleton",
                           "--version",
                           "--help",
                           "-h",
                           "--host",
                           "--port",
                           "--connector",
                           "--key",
                           "--value",
                           "--env-file",
                           "ini_only",
                           "upload",
                           "managed",
                           "generate-ini",
                           "gui",
                           "connector.py",
                           "server.py",
                           "strongbox.py",
                           "strongbox.py cli",
                           "config.ini",
                           "basic_config.ini",
                           "managed_config.ini",
                           ".env",
                           "example.env",
                           "basic.env",
                           "managed.env",
                           "logging.json",
                           "docker-compose.yml",
                           "/app/config.ini",
                           "/home/appuser/exp",
                           "/home/appuser/config",
                           "requirements.txt",
                           "pyinstaller.win.spec",
                           "pyinstaller.mac.spec",
                           "storage.db",
                           "Terminal.wsdl",
                           "user.pem",
                           "assets.csv",
                           "users.csv",
                           "wxPython",
                           "pyodbc",
                           "virtualenv",
                           "env_password",
                           "ssl_protocol",
                           "vault_keys",
                           "vault_backend",
                           "Task Scheduler",
                           "crontab",
                           "--ignore-cloud-maintenance",
                           "docker build -t",
                           "docker run --env-file",
                           "docker-compose up"}) {
    EXPECT_NE(page.find(name), std::string::npos) << name;
  }
}

}  // namespace connector::house_commands_test
