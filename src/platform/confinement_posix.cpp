#include "platform/confinement.h"

#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <memory>

namespace connector {
namespace {

/// What a process needs that computes, talks to its channel and keeps time. Anything else fails with EPERM.
constexpr int allowed_calls[] = {
    SCMP_SYS(read),           SCMP_SYS(write),        SCMP_SYS(recvfrom),        SCMP_SYS(sendto),
    SCMP_SYS(poll),           SCMP_SYS(ppoll),        SCMP_SYS(close),           SCMP_SYS(lseek),
    SCMP_SYS(fstat),          SCMP_SYS(brk),          SCMP_SYS(munmap),          SCMP_SYS(mremap),
    SCMP_SYS(madvise),        SCMP_SYS(futex),        SCMP_SYS(clock_gettime),   SCMP_SYS(clock_getres),
    SCMP_SYS(gettimeofday),   SCMP_SYS(time),         SCMP_SYS(clock_nanosleep), SCMP_SYS(nanosleep),
    SCMP_SYS(select),         SCMP_SYS(pselect6),     SCMP_SYS(getrandom),       SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack),     SCMP_SYS(restart_syscall),
    SCMP_SYS(setitimer),      SCMP_SYS(exit),         SCMP_SYS(exit_group),      SCMP_SYS(getpid),
    SCMP_SYS(gettid),         SCMP_SYS(getuid),       SCMP_SYS(geteuid),         SCMP_SYS(getrusage),
    SCMP_SYS(times),          SCMP_SYS(sched_yield),  SCMP_SYS(prlimit64),       SCMP_SYS(getrlimit),
    SCMP_SYS(sysinfo),        SCMP_SYS(uname)};

/// Own signals only: abort() needs one.
void allow_own_signals(scmp_filter_ctx filter) {
  seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
                   SCMP_A0(SCMP_CMP_EQ, static_cast<scmp_datum_t>(::getpid())));
}

/// Memory that is not code.
void allow_data(scmp_filter_ctx filter) {
  constexpr scmp_datum_t executable = 4;  // PROT_EXEC
  for (const int call : {SCMP_SYS(mmap), SCMP_SYS(mprotect)})
    seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 1, SCMP_A2(SCMP_CMP_MASKED_EQ, executable, 0));
}

void forbid_system_calls() {
  const std::unique_ptr<void, void (*)(scmp_filter_ctx)> filter(seccomp_init(SCMP_ACT_ERRNO(EPERM)), seccomp_release);
  if (!filter) return;
  for (const int call : allowed_calls) seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, call, 0);
#ifdef __SANITIZE_ADDRESS__  // UndefinedBehaviorSanitizer looks at memory through a pipe
  for (const int call : {SCMP_SYS(pipe), SCMP_SYS(pipe2)}) seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, call, 0);
#endif
  allow_own_signals(filter.get());
  allow_data(filter.get());
  seccomp_load(filter.get());
}

void set_limit(int resource, rlim_t soft, rlim_t hard) {
  const rlimit limit{.rlim_cur = soft, .rlim_max = hard};
  ::setrlimit(static_cast<__rlimit_resource_t>(resource), &limit);
}

}  // namespace

void confine(std::size_t most_data) {
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  set_limit(RLIMIT_CORE, 0, 0);
#ifndef __SANITIZE_ADDRESS__  // its shadow memory counts as data
  set_limit(RLIMIT_DATA, most_data, most_data);
#else
  static_cast<void>(most_data);
#endif
  forbid_system_calls();
}

void limit_data(std::size_t bytes) {
#ifndef __SANITIZE_ADDRESS__
  rlimit limit{};
  if (::getrlimit(RLIMIT_DATA, &limit) != 0) return;
  limit.rlim_cur = std::min<rlim_t>(bytes, limit.rlim_max);
  ::setrlimit(RLIMIT_DATA, &limit);
#else
  static_cast<void>(bytes);
#endif
}

std::size_t data_size() {
  std::ifstream statistics("/proc/self/statm");
  std::size_t size = 0;
  std::size_t resident = 0;
  std::size_t shared = 0;
  std::size_t text = 0;
  std::size_t library = 0;
  std::size_t data = 0;
  statistics >> size >> resident >> shared >> text >> library >> data;
  return data * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace connector
