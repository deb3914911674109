#include "base/descriptor.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace plumbline {

void Descriptor::reset() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

std::string error_text(int error) {
  std::string text = std::generic_category().message(error);
  rlimit limit{};
  if (error != EMFILE || ::getrlimit(RLIMIT_NOFILE, &limit) != 0) return text;
  return fmt::format("{}: this process may have at most {} files open at a time (RLIMIT_NOFILE)", text, limit.rlim_cur);
}

}  // namespace plumbline
