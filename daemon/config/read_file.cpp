#include "daemon/config/read_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "base/descriptor.h"
#include "base/secret.h"

namespace plumbline::daemon {
namespace {

std::unexpected<Error> last_error() {
  return fail(std::generic_category().message(errno));
}

}  // namespace

Result<std::string> read_file(const std::string& path, std::size_t cap) {
  // O_NONBLOCK: a FIFO in the file's place must not hang the program.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!file.valid()) return last_error();
  struct stat status = {};
  if (::fstat(file.get(), &status) != 0) return last_error();
  if (!S_ISREG(status.st_mode)) return fail("not a regular file");
  // With one byte of room more, a file that is too large differs from one that just fits.
  std::string bytes(cap + 1, '\0');
  std::size_t size = 0;
  while (size < bytes.size()) {
    const auto count = ::read(file.get(), bytes.data() + size, bytes.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return last_error();
    if (count == 0) break;
    size += static_cast<std::size_t>(count);
  }
  if (size > cap) {
    wipe(bytes);
    return fail("larger than " + std::to_string(cap) + " bytes");
  }
  bytes.resize(size);
  return bytes;
}

}  // namespace plumbline::daemon
