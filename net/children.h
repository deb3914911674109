#pragma once

#include <memory>

#include "base/child.h"
#include "base/result.h"
#include "net/awaitable.h"

namespace plumbline::net {

/// Runs child processes, any number at once, without a thread for each. All calls are made on the executor's one
/// thread.
class Children {
 public:
  explicit Children(Executor executor);
  /// Kills the children that still run.
  ~Children();
  Children(const Children&) = delete;
  Children& operator=(const Children&) = delete;

  /// Runs a child to its end. Errors: the child cannot be started; it is not done at its deadline; it writes more than
  /// `max_output`; a signal ended it; stop() was called. The child gets a process group of its own, and the group is
  /// gone when this returns. A process that left the group delays nobody, even if it still has the child's pipe open.
  /// The child inherits no environment and only the descriptors of the command; its standard error is discarded.
  Awaitable<Result<ChildEnd>> run(ChildCommand command);

  /// Kills all children that run. From then on run() returns an error.
  void stop();

  [[nodiscard]] const Executor& executor() const;

 private:
  struct State;
  class Run;
  static Awaitable<Result<ChildEnd>> run(std::shared_ptr<State> state, ChildCommand command);

  std::shared_ptr<State> state_;
};

/// The child's standard output. An error if `end` is one, or if the exit code is not 0.
Result<std::string> output_of(Result<ChildEnd> end);

}  // namespace plumbline::net
