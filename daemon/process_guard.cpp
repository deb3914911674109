#include "daemon/process_guard.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <string_view>

namespace plumbline::daemon {
namespace {

// Has the effect of MADV_DONTDUMP, but for all pages at once, because values pass through buffers of many libraries.
// gdb's gcore respects it as the kernel does.
void leave_memory_out_of_dumps() {
  const int filter = ::open("/proc/self/coredump_filter", O_WRONLY | O_CLOEXEC);
  if (filter < 0) return;  // without /proc nobody could take such a dump
  constexpr std::string_view kNothing = "0";
  [[maybe_unused]] const auto written = ::write(filter, kNothing.data(), kNothing.size());
  ::close(filter);
}

}  // namespace

void guard_process() {
  // Before the process stops being dumpable, because after that the file belongs to root.
  leave_memory_out_of_dumps();
  const rlimit none{.rlim_cur = 0, .rlim_max = 0};
  ::setrlimit(RLIMIT_CORE, &none);
  // A core_pattern that is a pipe ignores the limit, but respects this (core(5)).
  ::prctl(PR_SET_DUMPABLE, 0);
}

}  // namespace plumbline::daemon
