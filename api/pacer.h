#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "api/pacing.h"
#include "api/turn_order.h"
#include "api/window_file.h"
#include "net/awaitable.h"

namespace plumbline::api {

/// Makes calls wait for their turn in a budget. Clients whose tokens share a budget share a pacer. All functions are
/// called on the executor's thread.
///
/// Which of the waiting calls goes next is said by TurnOrder.
class Pacer {
  struct State;
  class Queued;

 public:
  Pacer(const net::Executor& executor, PacingOptions options);
  ~Pacer();
  Pacer(const Pacer&) = delete;
  Pacer& operator=(const Pacer&) = delete;

  /// A call in progress. The end of this object ends the turn as answered, because the API may have counted the call
  /// even if its answer was lost. It may outlive the pacer.
  class Turn {
   public:
    Turn(std::shared_ptr<State> state, std::chrono::nanoseconds waited_for_budget);
    ~Turn();
    Turn(Turn&&) noexcept = default;
    Turn& operator=(Turn&&) = delete;

    /// Ends the turn now, as answered.
    void end();
    /// Ends the turn of a call of which no byte was sent; its slot is free at once.
    void withdraw();

    /// How long the budget kept the call waiting; waits for calls in flight do not count.
    [[nodiscard]] std::chrono::nanoseconds waited_for_budget() const { return waited_for_budget_; }

   private:
    std::shared_ptr<State> state_;
    std::chrono::nanoseconds waited_for_budget_;
  };

  /// Called once, the first time that the ledger cannot be kept.
  using OnProblem = std::function<void(const std::string& problem)>;

  /// From now on every call is reserved in `store`. The store blocks, so it is used on the thread of `files`. That
  /// executor must outlive the pacer, and its thread is joined before the pacer's executor ends. The new store is told
  /// everything that an earlier store knew.
  void share(std::shared_ptr<WindowStore> store, net::Executor files, OnProblem on_problem);

  /// Tells the store what it has not been told yet, and gives back the rest of the reserved block.
  net::Awaitable<> flush();

  /// Waits for a turn. Nothing if stop() was called or the wait is cancelled.
  net::Awaitable<std::optional<Turn>> turn(TurnOrder::Waiting waiting);
  net::Awaitable<std::optional<Turn>> turn(Priority priority) { return turn({priority, {}}); }

  /// To be called when the API answered 429 and asked for a pause of `told`. Nothing starts before that time, or before
  /// kLongestBlock if `told` is longer. If it is longer, one call after a minute looks whether the API still answers
  /// 429; it looks once, and again at the end. Returns whether this block lasts longer than the one that was known.
  bool block_for(std::chrono::milliseconds told);
  /// PacingWindow::unwanted() at the current time.
  [[nodiscard]] std::optional<std::chrono::steady_clock::time_point> unwanted() const;
  void hint(const RateHint& hint);

  /// Gives no more turns, neither to waiting nor to new calls.
  void stop();

  /// For metrics and for the client's report.
  [[nodiscard]] PacingWindow& window();

 private:
  static net::Awaitable<std::optional<Turn>> wait(std::shared_ptr<State> state, TurnOrder::Waiting waiting);
  static net::Awaitable<> flush(std::shared_ptr<State> state);

  std::shared_ptr<State> state_;
};

}  // namespace plumbline::api
