#pragma once

#include <sys/types.h>

#include "base/child.h"
#include "base/descriptor.h"
#include "base/result.h"

namespace plumbline::net {

/// A child process that has begun, at the head of a process group of its own: what it begins itself is ended with it.
/// Killed and reaped at the latest when this ends.
class Spawned {
 public:
  /// It inherits no other descriptor than those of the command and no environment; its standard error goes nowhere.
  /// Neither `input` nor `deadline` is looked at.
  static Result<Spawned> start(const ChildCommand& command);

  Spawned(Spawned&& other) noexcept;
  Spawned& operator=(Spawned&&) = delete;
  Spawned(const Spawned&) = delete;
  Spawned& operator=(const Spawned&) = delete;
  ~Spawned();

  /// A stream socket: the child's standard input and output. Once, for the caller to own.
  [[nodiscard]] Descriptor take_channel() { return std::move(channel_); }
  /// A pidfd: readable once the child has ended. Once, for the caller to own.
  [[nodiscard]] Descriptor take_handle() { return std::move(handle_); }

  /// Kills the child and all of its group. Nothing happens to one that was reaped.
  void kill() const;

  /// After the child has ended: kills what is left of its group, and gives its status as waitpid(2) does.
  int reap();

 private:
  Spawned(pid_t pid, Descriptor channel) : pid_(pid), channel_(std::move(channel)) {}

  pid_t pid_;
  Descriptor channel_;
  Descriptor handle_;
};

}  // namespace plumbline::net
