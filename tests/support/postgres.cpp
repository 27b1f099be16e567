#include "support/postgres.h"

#include <fcntl.h>
#include <pwd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <vector>

namespace connector {

namespace fs = std::filesystem;

namespace {

fs::path programs() {
  fs::path newest;
  std::error_code none;
  for (const fs::directory_entry& version : fs::directory_iterator("/usr/lib/postgresql", none)) {
    if (fs::exists(version.path() / "bin/initdb") && version.path() > newest) newest = version.path();
  }
  return newest / "bin";
}

/// Runs a program, whose output goes to the file `output`. Returns its exit code, or -1.
int execute(const std::vector<std::string>& words, const fs::path& output) {
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    const int out = open(output.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    const int in = open("/dev/null", O_RDONLY | O_CLOEXEC);
    dup2(in, STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    dup2(out, STDERR_FILENO);
    if (chdir("/") == 0) execvp(arguments[0], arguments.data());
    _exit(127);
  }
  int status = -1;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/// One of PostgreSQL's programs. Throws when it fails.
void do_run(const fs::path& folder, const std::string& program, std::vector<std::string> arguments) {
  std::vector<std::string> words;
  if (geteuid() == 0) words = {"runuser", "-u", "postgres", "--"};
  words.push_back(programs() / program);
  words.insert(words.end(), arguments.begin(), arguments.end());
  const fs::path output = folder / "output";
  if (execute(words, output) == 0) return;
  std::ifstream text(output);
  throw std::runtime_error(program + ": " + std::string(std::istreambuf_iterator<char>(text), {}));
}

}  // namespace

std::string Postgres::missing() {
  if (!fs::exists(programs() / "initdb")) return "PostgreSQL's server programs (postgresql)";
  if (geteuid() == 0 && getpwnam("postgres") == nullptr) return "the user postgres";
  return {};
}

Postgres::Postgres() {
  std::string name = fs::temp_directory_path() / "postgres-XXXXXX";
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
  folder_ = name;
  if (geteuid() == 0) {
    const passwd* user = getpwnam("postgres");
    if (user == nullptr || chown(name.c_str(), user->pw_uid, user->pw_gid) != 0) {
      throw std::runtime_error("cannot hand a folder to the user postgres");
    }
  }
  // The superuser alone comes in without a password.
  do_run(folder_, "initdb",
         {"-D", folder_ / "data", "-U", "postgres", "--auth=scram-sha-256", "--auth-local=trust", "-E", "UTF8",
          "--locale=C.UTF-8", "--no-sync"});
  std::ofstream(folder_ / "data/pg_hba.conf") << "local all postgres trust\nlocal all all scram-sha-256\n";
  const std::string options = "-c listen_addresses= -p " + port() + " -k " + server() + " -c fsync=off -c jit=off";
  do_run(folder_, "pg_ctl", {"-D", folder_ / "data", "-l", folder_ / "log", "-w", "-o", options, "start"});
  do_run(folder_, "createdb", {"-h", server(), "-p", port(), "-U", "postgres", "cm_dct"});
}

Postgres::~Postgres() {
  try {
    do_run(folder_, "pg_ctl", {"-D", folder_ / "data", "-m", "immediate", "stop"});
  } catch (const std::exception&) {  // it did not run any more
  }
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

void Postgres::run(const std::string& sql) const {
  do_run(folder_, "psql",
         {"-q", "-h", server(), "-p", port(), "-U", "postgres", "-d", "cm_dct", "-v", "ON_ERROR_STOP=1", "-c", sql});
}

}  // namespace connector
