#pragma once

#include <cstddef>
#include <memory>
#include <optional>

#include "net/awaitable.h"

namespace plumbline::net {

/// Lets at most `places` coroutines in at once. The others wait in the order in which they came. On the executor's
/// thread.
class Turnstile {
  struct State;
  class Queued;

 public:
  Turnstile(Executor executor, std::size_t places);
  ~Turnstile();
  Turnstile(const Turnstile&) = delete;
  Turnstile& operator=(const Turnstile&) = delete;

  /// A place inside, given back at the end of this object. It may outlive the turnstile.
  class Place {
   public:
    explicit Place(std::shared_ptr<State> state);
    ~Place();
    Place(Place&&) noexcept = default;
    Place& operator=(Place&&) = delete;

   private:
    std::shared_ptr<State> state_;
  };

  /// Waits for a place. Nothing once close() was called, also for those who wait already, or if the wait is cancelled.
  Awaitable<std::optional<Place>> enter();

  /// From now on nobody enters, and all who wait get nothing.
  void close();

 private:
  static Awaitable<std::optional<Place>> wait(std::shared_ptr<State> state);

  std::shared_ptr<State> state_;
};

}  // namespace plumbline::net
