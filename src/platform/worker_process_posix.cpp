#include "platform/worker_process.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <system_error>
#include <utility>
#include <vector>

#include "platform/descriptor_posix.h"
#include "platform/spawn_posix.h"

namespace connector {
namespace {

constexpr int host_descriptor = 3;
constexpr int no_worker = -1;

/// What the program asks of the host; the channel of a worker that is to start travels beside it.
struct Order {
  enum class Kind : int { start, end } kind;
  pid_t worker;
};

/// What the host says: the worker's number, or how it ended (waitpid); negative: it could not be started.
using Answer = int;

[[noreturn]] void fail(const char* what, int error) {
  throw std::system_error(error, std::generic_category(), what);
}

std::array<Descriptor, 2> connected_pair(int type) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends.data()) != 0)
    fail("cannot connect to a worker process", errno);
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

bool send_order(const Descriptor& control, Order order, const Descriptor* passed) {
  iovec part{.iov_base = &order, .iov_len = sizeof order};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> space{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  if (passed != nullptr) {
    message.msg_control = space.data();
    message.msg_controllen = space.size();
    cmsghdr* head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(sizeof(int));
    const int number = passed->number();
    std::memcpy(CMSG_DATA(head), &number, sizeof number);
  }
  return ::sendmsg(control.number(), &message, MSG_NOSIGNAL) == static_cast<ssize_t>(sizeof order);
}

/// Nothing: the program is gone.
std::optional<std::pair<Order, Descriptor>> receive_order(const Descriptor& control) {
  Order order{};
  iovec part{.iov_base = &order, .iov_len = sizeof order};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> space{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = space.data();
  message.msg_controllen = space.size();
  ssize_t size = 0;
  do {
    size = ::recvmsg(control.number(), &message, MSG_CMSG_CLOEXEC);
  } while (size < 0 && errno == EINTR);
  if (size != static_cast<ssize_t>(sizeof order)) return std::nullopt;
  int number = -1;
  const cmsghdr* head = CMSG_FIRSTHDR(&message);
  if (head != nullptr && head->cmsg_type == SCM_RIGHTS) std::memcpy(&number, CMSG_DATA(head), sizeof number);
  return std::pair(order, Descriptor(number));
}

/// What libraries of the host need to know. No secret of a configuration is in these.
std::vector<std::string> host_environment() {
  std::vector<std::string> environment;
  for (const char* name : {"LD_LIBRARY_PATH", "ASAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS"}) {
    if (const char* value = std::getenv(name)) environment.push_back(std::string(name) + "=" + value);
  }
  // A set TZ is read once; without one, local time is looked up in a file each time, which workers cannot open.
  const char* zone = std::getenv("TZ");
  environment.push_back(std::string("TZ=") + (zone != nullptr ? zone : ":/etc/localtime"));
  return environment;
}

}  // namespace

/// The connection to the host, which ends when this is closed.
struct WorkerProcess::Control {
  Control(Descriptor end, pid_t process) : descriptor(std::move(end)), host(process) {}
  ~Control() {
    ::shutdown(descriptor.number(), SHUT_RDWR);
    ::waitpid(host, nullptr, 0);
  }
  Control(const Control&) = delete;
  Control& operator=(const Control&) = delete;

  /// Nothing: the host is gone.
  std::optional<Answer> ask(Order order, const Descriptor* passed = nullptr) {
    const std::lock_guard guard(mutex);
    Answer answer = no_worker;
    if (!send_order(descriptor, order, passed)) return std::nullopt;
    ssize_t size = 0;
    do {
      size = ::recv(descriptor.number(), &answer, sizeof answer, 0);
    } while (size < 0 && errno == EINTR);
    return size == static_cast<ssize_t>(sizeof answer) ? std::optional(answer) : std::nullopt;
  }

  std::mutex mutex;
  const Descriptor descriptor;
  const pid_t host;
};

WorkerProcess::WorkerProcess(Channel channel, int number, std::shared_ptr<Control> control)
    : channel_(std::move(channel)), number_(number), control_(std::move(control)) {}

WorkerProcess::~WorkerProcess() {
  end();
}

std::string WorkerProcess::end() {
  if (number_ == no_worker) return "";
  const std::optional<Answer> status = control_->ask({Order::Kind::end, std::exchange(number_, no_worker)});
  if (!status) return "was ended";
  if (WIFSIGNALED(*status) && WTERMSIG(*status) != SIGKILL)
    return std::string("crashed (") + ::strsignal(WTERMSIG(*status)) + ")";
  return WIFSIGNALED(*status) ? "" : "ended by itself";
}

WorkerHost::WorkerHost(std::string word, std::filesystem::path program)
    : word_(std::move(word)), program_(std::move(program)) {}

WorkerHost::~WorkerHost() = default;

std::unique_ptr<WorkerProcess> WorkerHost::start() {
  const std::lock_guard guard(mutex_);
  for (const bool is_again : {false, true}) {
    if (!control_) {
      auto [mine, hosts] = connected_pair(SOCK_SEQPACKET);
      SpawnSettings settings;
      settings.pass(hosts, host_descriptor);
      const pid_t host =
          settings.spawn(program_, {"connector", word_}, host_environment(), "cannot start a worker process");
      control_ = std::make_shared<WorkerProcess::Control>(std::move(mine), host);
    }
    auto [mine, workers] = connected_pair(SOCK_STREAM);
    const std::optional<Answer> worker = control_->ask({Order::Kind::start, 0}, &workers);
    if (worker && *worker > 0)
      return std::unique_ptr<WorkerProcess>(new WorkerProcess(Channel(std::move(mine)), *worker, control_));
    if (worker) fail("cannot start a worker process", -*worker);
    control_.reset();  // the host is gone: somebody, or the system for want of memory, has ended it
    if (is_again) break;
  }
  fail("cannot start a worker process: it ends at once", ECHILD);
}

namespace {

/// In the host: ends the worker, unless it has ended, and tells how it ended.
Answer ended(pid_t worker) {
  int status = 0;
  if (worker <= 0) return status;
  ::kill(worker, SIGKILL);
  while (::waitpid(worker, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

void ignore_signals_of_the_program() {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2}) std::signal(signal, SIG_IGN);
}

}  // namespace

void serve_as_host(const HostWork& work) {
  ignore_signals_of_the_program();
  Descriptor control(host_descriptor);
  const pid_t host = ::getpid();
  while (auto order = receive_order(control)) {
    Answer answer = 0;
    if (order->first.kind == Order::Kind::start) {
      work.before_fork();
      answer = ::fork();
      const int error = errno;
      work.after_fork(answer == 0);
      if (answer == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (::getppid() != host) return;
        control = Descriptor();
        Channel channel(std::move(order->second));
        work.work(channel);
        return;
      }
      if (answer < 0) answer = -error;
    } else {
      answer = ended(order->first.worker);
    }
    if (::send(control.number(), &answer, sizeof answer, MSG_NOSIGNAL) < 0) return;
  }
}

}  // namespace connector
