#include "daemon/controller/durable_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include "base/descriptor.h"

namespace plumbline::daemon {
namespace {

std::unexpected<Error> failed(std::string_view what, const std::string& path) {
  const int code = errno;
  return fail("cannot " + std::string(what) + " " + path + ": " + std::generic_category().message(code));
}

Result<void> write_all(int file, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const auto count = ::write(file, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failed("write", path);
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

// A new name is on the disk only once its folder is.
Result<void> sync_folder(const std::string& folder) {
  const Descriptor handle(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!handle.valid() || ::fsync(handle.get()) != 0) return failed("sync", folder);
  return {};
}

}  // namespace

Result<void> write_durably(const std::string& path, std::string_view bytes) {
  const auto beside = path + ".new";
  auto folder = std::filesystem::path(path).parent_path().string();
  if (folder.empty()) folder = ".";
  constexpr mode_t kOwnerAlone = S_IRUSR | S_IWUSR;
  {
    const Descriptor file(::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, kOwnerAlone));
    if (!file.valid()) return failed("write", beside);
    if (auto written = write_all(file.get(), bytes, beside); !written) return written;
    if (::fsync(file.get()) != 0) return failed("sync", beside);
  }
  if (::rename(beside.c_str(), path.c_str()) != 0) return failed("replace", path);
  return sync_folder(folder);
}

}  // namespace plumbline::daemon
