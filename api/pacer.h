#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "api/pacing.h"
#include "api/window_file.h"
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

  /// Told once, the first time that the ledger cannot be kept.
  using OnProblem = std::function<void(const std::string& problem)>;

  /// From now on every call is reserved in `store`, which is used on the thread of `files`; that one outlives the pacer
  /// and is joined before the pacer's executor goes. What another store knew is told to this one.
  void share(std::shared_ptr<WindowStore> store, net::Executor files, OnProblem on_problem);

  /// Tells the store what is still to be told, and gives the rest of a block back.
  net::Awaitable<> flush();

  /// Waits for a turn. Nothing once stop() was called or if the wait is cancelled.
  net::Awaitable<std::optional<Turn>> turn(Priority priority);

  /// The API said 429 and asked for `told`: nothing starts before that, or kLongestBlock where it is longer. One call
  /// looks after a minute whether what asked for so much still does; once, then at the end. Whether this lasts longer
  /// than what was known.
  bool block_for(std::chrono::milliseconds told);
  /// PacingWindow::unwanted() of now.
  [[nodiscard]] std::optional<std::chrono::steady_clock::time_point> unwanted() const;
  void hint(const RateHint& hint);

  /// Those who wait, and those who come, get no turn.
  void stop();

  /// For metrics.
  [[nodiscard]] PacingWindow& window();

 private:
  static net::Awaitable<std::optional<Turn>> wait(std::shared_ptr<State> state, Priority priority);
  static net::Awaitable<> flush(std::shared_ptr<State> state);

  std::shared_ptr<State> state_;
};

}  // namespace plumbline::api
