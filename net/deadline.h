#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "net/awaitable.h"

namespace plumbline::net {

/// The deadline of one stream, on the executor's thread. Moving it is cheap, so a server can set one for every request:
/// the timer behind it is touched only if it would fire too late.
class Deadline {
 public:
  /// `on_expiry` runs on the executor when the deadline passes. It never runs after this object has ended.
  Deadline(const Executor& executor, std::function<void()> on_expiry);
  ~Deadline();
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

  /// Counts from now; kNoDeadline lifts the deadline.
  void expires_after(std::chrono::milliseconds timeout);

  [[nodiscard]] bool passed() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace plumbline::net
