#include "reconciler/journal/file_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <string_view>

#include "base/text.h"
#include "base/time_point.h"

namespace plumbline::reconciler {
namespace {

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? std::string(name.data()) : std::string();
}

}  // namespace

FileLock::FileLock(const std::string& path) : file_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
  if (!file_.valid()) return;
  if (::flock(file_.get(), LOCK_EX | LOCK_NB) == 0) {
    sign();
    return;
  }
  if (errno == EWOULDBLOCK) holder_ = read_holder();
  file_ = Descriptor();
}

void FileLock::sign() const {
  const auto text = fmt::format("{} {} {}\n", ::getpid(), to_rfc3339(std::chrono::system_clock::now()), host_name());
  // Nothing depends on the text: on a full disk the holder just has no name.
  [[maybe_unused]] const bool is_signed =
      ::ftruncate(file_.get(), 0) == 0 && ::pwrite(file_.get(), text.data(), text.size(), 0) > 0;
}

std::string FileLock::read_holder() const {
  std::array<char, 512> text{};
  const auto count = ::pread(file_.get(), text.data(), text.size(), 0);
  const auto words = split(std::string_view(text.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0))), ' ');
  if (words.size() != 3) return "another process";
  auto holder = fmt::format("process {}, since {}", printable(words[0]), printable(words[1]));
  auto host = words[2];
  while (host.ends_with('\n')) host.remove_suffix(1);
  if (host != host_name()) holder += fmt::format(", on host {}", printable(host));
  return holder;
}

}  // namespace plumbline::reconciler
