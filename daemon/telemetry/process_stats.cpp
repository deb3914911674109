#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "daemon/telemetry/metrics.h"

namespace plumbline::daemon {
namespace {

// The fields of /proc/self/stat behind the command's name (proc(5)). The name itself is in parentheses and may hold any
// characters.
std::istringstream stat_fields() {
  std::ifstream file("/proc/self/stat");
  std::string line;
  std::getline(file, line);
  const auto end = line.rfind(')');
  return std::istringstream(end == std::string::npos ? std::string() : line.substr(end + 1));
}

// `btime` of /proc/stat: the Unix time at which the machine started.
double boot_time() {
  std::ifstream file("/proc/stat");
  std::string word;
  double value = 0;
  while (file >> word) {
    if (word == "btime" && file >> value) return value;
    std::getline(file, word);
  }
  return 0;
}

std::size_t open_descriptors() {
  std::error_code error;
  std::filesystem::directory_iterator entries("/proc/self/fd", error);
  if (error) return 0;
  const auto count = std::distance(begin(entries), end(entries));
  // One of the descriptors belongs to the listing itself.
  return static_cast<std::size_t>(std::max<std::ptrdiff_t>(count - 1, 0));
}

}  // namespace

ProcessStats read_process_stats() {
  ProcessStats stats;
  // Field numbers as in proc(5); the first remaining field is number 3.
  constexpr int kUserTime = 14;
  constexpr int kSystemTime = 15;
  constexpr int kStartTime = 22;
  constexpr int kVirtualSize = 23;
  constexpr int kResidentPages = 24;
  const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  auto fields = stat_fields();
  std::string field;
  for (int number = 3; number <= kResidentPages && fields >> field; ++number) {
    std::istringstream text(field);
    std::uint64_t value = 0;
    if (!(text >> value)) continue;
    if (number == kUserTime || number == kSystemTime) {
      stats.cpu_seconds += static_cast<double>(value) / ticks;
    }
    if (number == kStartTime) {
      stats.start_time_seconds = boot_time() + static_cast<double>(value) / ticks;
    }
    if (number == kVirtualSize) stats.virtual_bytes = value;
    if (number == kResidentPages) stats.resident_bytes = value * page;
  }
  stats.open_descriptors = open_descriptors();
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) stats.max_descriptors = limit.rlim_cur;
  return stats;
}

}  // namespace plumbline::daemon
