#pragma once

#include <unistd.h>

#include <cstdint>
#include <string>
#include <utility>

#include "base/result.h"

namespace plumbline::manifests {

/// Owns a file descriptor.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() { reset(); }
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    if (this != &other) {
      reset();
      fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] bool valid() const { return fd_ >= 0; }
  /// Hands the descriptor over to the caller.
  int release() { return std::exchange(fd_, -1); }
  void reset() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }

 private:
  int fd_ = -1;
};

/// The text of an errno.
std::string error_text(int error);

/// Opens a folder by any path, for use with open_beneath.
Result<Descriptor> open_root(const std::string& path);

enum class Links {
  refuse,         ///< no symbolic link anywhere on the way
  follow_inside,  ///< links are followed as long as they stay below the folder
};

enum class Target { file, folder };

/// Opens `path` below `folder` for reading, by openat2(2): never leaves the folder, whatever happens
/// on disk meanwhile; never waits for a FIFO. A file that is opened is a regular one.
Result<Descriptor> open_beneath(const Descriptor& folder, const std::string& path, Target target, Links links);

/// Every byte of a regular file; an error if they are more than `cap`. `name` is for messages.
Result<std::string> read_all(const Descriptor& file, std::uint64_t cap, const std::string& name);

}  // namespace plumbline::manifests
