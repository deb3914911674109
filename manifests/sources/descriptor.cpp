#include "manifests/sources/descriptor.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "manifests/sources/walk_beneath.h"

namespace plumbline::manifests {
namespace {

constexpr int kAttempts = 16;

Descriptor open_by_openat2(int folder, const std::string& path, open_how how) {
  // EAGAIN: something on the path was renamed during the call, so the kernel cannot be sure.
  for (int attempt = 0;; ++attempt) {
    const long fd = ::syscall(SYS_openat2, folder, path.c_str(), &how, sizeof how);
    if (fd >= 0) return Descriptor(static_cast<int>(fd));
    if ((errno != EAGAIN && errno != EINTR) || attempt == kAttempts) return Descriptor();
  }
}

std::string reason(int error) {
  switch (error) {
    case ELOOP:
      return "a symbolic link is on the way";
    case EXDEV:
      return "the path leaves the folder";
    default:
      return error_text(error);
  }
}

}  // namespace

Result<Descriptor> open_root(const std::string& path) {
  Descriptor folder(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!folder.valid()) {
    return fail(fmt::format("the folder \"{}\" cannot be opened: {}", path, error_text(errno)));
  }
  return folder;
}

Result<Descriptor> open_beneath(const Descriptor& folder, const std::string& path, Target target, Links links) {
  open_how how{};
  how.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
  if (target == Target::folder) how.flags |= O_DIRECTORY;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  if (links == Links::refuse) how.resolve |= RESOLVE_NO_SYMLINKS;
  Descriptor opened = open_by_openat2(folder.get(), path, how);
  // An old kernel answers ENOSYS, and so do filters of system calls; some of them answer EPERM.
  if (!opened.valid() && (errno == ENOSYS || errno == EPERM)) {
    opened = walk_beneath(folder, path, static_cast<int>(how.flags), links);
  }
  if (!opened.valid()) return fail(reason(errno));
  struct stat status{};
  if (::fstat(opened.get(), &status) != 0) return fail(error_text(errno));
  if (target == Target::file && !S_ISREG(status.st_mode)) return fail("it is not a regular file");
  return opened;
}

Result<FolderStream> open_stream(Descriptor folder) {
  FolderStream stream(::fdopendir(folder.get()));
  if (!stream) return fail(error_text(errno));
  folder.release();  // belongs to the stream now
  return stream;
}

Result<std::string> read_all(const Descriptor& file, std::uint64_t cap, const std::string& name) {
  struct stat status{};
  if (::fstat(file.get(), &status) != 0) return fail(error_text(errno));
  const auto too_large = [&] { return fail(fmt::format("\"{}\" is larger than {} bytes", name, cap)); };
  if (static_cast<std::uint64_t>(status.st_size) > cap) return too_large();
  // One byte more than the file has, so that a file that grows meanwhile is noticed.
  std::string bytes(static_cast<std::size_t>(status.st_size) + 1, '\0');
  std::size_t filled = 0;
  while (true) {
    const auto count = ::read(file.get(), bytes.data() + filled, bytes.size() - filled);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return fail(error_text(errno));
    if (count == 0) break;
    filled += static_cast<std::size_t>(count);
    if (filled > cap) return too_large();
    if (filled == bytes.size()) bytes.resize(2 * bytes.size());
  }
  bytes.resize(filled);
  return bytes;
}

}  // namespace plumbline::manifests
