#pragma once

#include <chrono>
#include <memory>
#include <optional>

#include "api/pacing.h"
#include "net/awaitable.h"

namespace plumbline::api {

/// Makes calls wait for their turn in a budget. Clients whose tokens share a budget share a pacer;
/// all of them live on its executor's thread.
///
/// Calls that wait go in the order in which they came, audit only when nobody else waits.
class Pacer {
  struct State;
  class Queued;

 public:
  Pacer(const net::Executor& executor, PacingOptions options);
  ~Pacer();
  Pacer(const Pacer&) = delete;
  Pacer& operator=(const Pacer&) = delete;

  /// A call that is under way. Ends with it, as answered: the API may have counted it even if its
  /// answer is lost. May outlive the pacer.
  class Turn {
   public:
    explicit Turn(std::shared_ptr<State> state);
    ~Turn();
    Turn(Turn&&) noexcept = default;
    Turn& operator=(Turn&&) = delete;

    /// Ends the turn now.
    void end();
    /// Ends the turn of a call of which no byte was sent.
    void withdraw();

   private:
    std::shared_ptr<State> state_;
  };

  /// Waits for a turn. Nothing once stop() was called or if the wait is cancelled.
  net::Awaitable<std::optional<Turn>> turn(Priority priority);

  /// The API said 429: nothing starts before `wait` has passed.
  void block_for(std::chrono::milliseconds wait);
  void hint(const RateHint& hint);

  /// Those who wait, and those who come, get no turn.
  void stop();

  /// For saving, restoring and metrics.
  [[nodiscard]] PacingWindow& window();

 private:
  static net::Awaitable<std::optional<Turn>> wait(std::shared_ptr<State> state, Priority priority);

  std::shared_ptr<State> state_;
};

}  // namespace plumbline::api
