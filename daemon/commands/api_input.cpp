#include "daemon/commands/api_input.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include "base/secret.h"
#include "base/text.h"
#include "daemon/config/read_file.h"

namespace plumbline::daemon {
namespace {

// More than the 64 MiB that a Worker's code may have.
constexpr std::size_t kMostInput = std::size_t{100} * 1024 * 1024;

std::unexpected<Error> last_error() {
  return fail(std::generic_category().message(errno));
}

Result<std::string> read_standard_input() {
  std::string bytes;
  std::array<char, 65536> buffer{};
  while (true) {
    const auto count = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return last_error();
    if (count == 0) return bytes;
    bytes.append(buffer.data(), static_cast<std::size_t>(count));
    if (bytes.size() > kMostInput) return fail("larger than " + human_bytes(kMostInput));
  }
}

}  // namespace

Result<std::string> read_input(const std::string& file) {
  return file == "-" ? read_standard_input() : read_file(file, kMostInput);
}

Result<NewSecretFile> NewSecretFile::create(std::string path) {
  Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR));
  if (!file.valid()) return last_error();
  return NewSecretFile(std::move(path), std::move(file));
}

NewSecretFile::~NewSecretFile() {
  if (file_.valid() && !written_) ::unlink(path_.c_str());
}

Result<void> NewSecretFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto count = ::write(file_.get(), bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return last_error();
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  written_ = true;
  return {};
}

}  // namespace plumbline::daemon
