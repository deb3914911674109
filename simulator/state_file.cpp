#include "simulator/state_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <system_error>

namespace plumbline::simulator {
namespace {

constexpr std::size_t kLargestFile = 1024UL * 1024 * 1024;
constexpr std::size_t kChunk = 64UL * 1024;

std::unexpected<Error> failed(std::string_view what, const std::string& path) {
  return fail(fmt::format("{} {}: {}", what, path, std::error_code(errno, std::generic_category()).message()));
}

class File {
 public:
  File(const std::string& path, int flags) : fd_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {}
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  [[nodiscard]] int fd() const { return fd_; }
  [[nodiscard]] bool is_open() const { return fd_ >= 0; }

 private:
  int fd_;
};

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

Result<std::string> read_file(const std::string& path) {
  const File file(path, O_RDONLY);
  struct stat status{};
  if (!file.is_open() || ::fstat(file.fd(), &status) != 0) return failed("cannot read", path);
  if (!S_ISREG(status.st_mode)) return fail(path + " is not a regular file");
  std::string out;
  std::array<char, kChunk> chunk{};
  while (true) {
    const auto count = ::read(file.fd(), chunk.data(), chunk.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failed("cannot read", path);
    if (count == 0) return out;
    out.append(chunk.data(), static_cast<std::size_t>(count));
    if (out.size() > kLargestFile) return fail(path + " is larger than 1 GiB");
  }
}

Result<void> write_state_file(const std::string& path, std::string_view text) {
  const auto beside = path + ".new";
  {
    const File file(beside, O_WRONLY | O_CREAT | O_TRUNC);
    if (!file.is_open() || !write_all(file.fd(), text) || ::fsync(file.fd()) != 0) {
      return failed("cannot write", beside);
    }
  }
  if (std::rename(beside.c_str(), path.c_str()) != 0) return failed("cannot write", path);
  return {};
}

}  // namespace plumbline::simulator
