#pragma once

#include <memory>

#include "base/child.h"
#include "base/result.h"
#include "net/awaitable.h"

namespace plumbline::net {

/// Child processes, any number at once, waited for without a thread. On the one thread of the executor.
class Children {
 public:
  explicit Children(Executor executor);
  /// Ends those that still run.
  ~Children();
  Children(const Children&) = delete;
  Children& operator=(const Children&) = delete;

  /// Runs a child to its end. An error if it cannot be started, was not over at its deadline, says too much, or was
  /// ended by a signal. It has a process group of its own, of which nothing is left when this returns; what has left
  /// the group holds nobody up, whether it has the child's pipe open or not. It inherits no descriptor but the
  /// command's and no environment; its standard error goes nowhere.
  Awaitable<Result<ChildEnd>> run(ChildCommand command);

  /// Kills all that run, and begins no more: run() gives an error.
  void stop();

  [[nodiscard]] const Executor& executor() const;

 private:
  struct State;
  class Run;
  static Awaitable<Result<ChildEnd>> run(std::shared_ptr<State> state, ChildCommand command);

  std::shared_ptr<State> state_;
};

/// What a child wrote to standard output; an error as well if it ended with another code than 0.
Result<std::string> output_of(Result<ChildEnd> end);

}  // namespace plumbline::net
