#pragma once

#include <cstddef>
#include <memory>
#include <optional>

#include "net/awaitable.h"

namespace plumbline::net {

/// Lets at most so many in at once; the others wait in the order in which they came.
class Turnstile {
  struct State;
  class Queued;

 public:
  Turnstile(Executor executor, std::size_t places);
  ~Turnstile();
  Turnstile(const Turnstile&) = delete;
  Turnstile& operator=(const Turnstile&) = delete;

  /// Gives its place back when it ends. May outlive the turnstile.
  class Place {
   public:
    explicit Place(std::shared_ptr<State> state);
    ~Place();
    Place(Place&&) noexcept = default;
    Place& operator=(Place&&) = delete;

   private:
    std::shared_ptr<State> state_;
  };

  /// Nothing once closed, also for those who wait already, or if the wait is cancelled.
  Awaitable<std::optional<Place>> enter();

  void close();

 private:
  static Awaitable<std::optional<Place>> wait(std::shared_ptr<State> state);

  std::shared_ptr<State> state_;
};

}  // namespace plumbline::net
