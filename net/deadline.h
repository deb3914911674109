#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "net/awaitable.h"

namespace plumbline::net {

/// The deadline of one stream. Moving it is cheap: the timer behind it is only touched if it would
/// fire too late, so that a server can set a deadline for every request.
class Deadline {
 public:
  /// `on_expiry` runs on the executor when the deadline passes, and not after this object's end.
  Deadline(const Executor& executor, std::function<void()> on_expiry);
  ~Deadline();
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

  /// kNoDeadline for none.
  void expires_after(std::chrono::milliseconds timeout);

  [[nodiscard]] bool passed() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace plumbline::net
