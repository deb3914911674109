#pragma once

#include <sys/types.h>

#include "base/child.h"
#include "base/descriptor.h"
#include "base/result.h"

namespace plumbline::net {

/// A child process that has started. It leads a process group of its own, so that the processes it starts are killed
/// with it. The destructor kills it, unless it was reaped, and blocks for at most 200 ms to reap it.
class Spawned {
 public:
  /// The child inherits no environment and only the descriptors of the command; its standard error is discarded.
  /// `input` and `deadline` of the command are ignored here. The error says why it cannot be started.
  static Result<Spawned> start(const ChildCommand& command);

  Spawned(Spawned&& other) noexcept;
  Spawned& operator=(Spawned&&) = delete;
  Spawned(const Spawned&) = delete;
  Spawned& operator=(const Spawned&) = delete;
  ~Spawned();

  /// A stream socket: the child's standard input and output. To be called once; the caller owns it.
  [[nodiscard]] Descriptor take_channel() { return std::move(channel_); }
  /// A pidfd, which is readable once the child has ended. To be called once; the caller owns it.
  [[nodiscard]] Descriptor take_handle() { return std::move(handle_); }

  /// Kills the child and all of its group. Does nothing once it was reaped.
  void kill() const;

  /// To be called after the child has ended. Kills what is left of its group, and returns the status as waitpid(2)
  /// does.
  int reap();

 private:
  Spawned(pid_t pid, Descriptor channel) : pid_(pid), channel_(std::move(channel)) {}

  pid_t pid_;
  Descriptor channel_;
  Descriptor handle_;
};

}  // namespace plumbline::net
