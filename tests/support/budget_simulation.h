#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "api/pacing.h"
#include "api/turn_order.h"
#include "daemon/controller/audit.h"
#include "reconciler/plan/missing.h"

namespace plumbline::testing {

/// The budget of one token over hours, with a mock clock: the real window, the real order of turns and the real choice
/// of the audit, over calls that take their time and do nothing else.
class BudgetSimulation {
 public:
  using Duration = std::chrono::milliseconds;
  using Then = std::function<void()>;

  explicit BudgetSimulation(api::PacingOptions options, Duration latency = Duration(100))
      : window_(options), latency_(latency) {}

  [[nodiscard]] Duration now() const { return now_; }
  [[nodiscard]] std::size_t calls() const { return calls_; }

  /// Makes a call once its turn comes; `then` follows its answer.
  void call(api::Priority priority, Then then) { waiting_.push_back({{priority, "account"}, std::move(then)}); }
  void at(Duration time, Then then) { timers_.emplace(time, std::move(then)); }

  void run_until(Duration end) {
    while (now_ < end) {
      const auto again = admit();
      auto next = end;
      if (!flying_.empty()) next = std::min(next, flying_.front().first);
      if (!timers_.empty()) next = std::min(next, timers_.begin()->first);
      if (again) next = std::min(next, *again);
      now_ = std::max(now_, next);
      while (!flying_.empty() && flying_.front().first <= now_) {
        auto then = std::move(flying_.front().second);
        flying_.pop_front();
        window_.answered(instant());
        then();
      }
      while (!timers_.empty() && timers_.begin()->first <= now_) timers_.extract(timers_.begin()).mapped()();
    }
  }

 private:
  struct Waiting {
    api::TurnOrder::Waiting what;
    Then then;
  };

  [[nodiscard]] api::PacingWindow::TimePoint instant() const {
    return api::PacingWindow::TimePoint(std::chrono::hours(1) + now_);
  }

  // As api::Pacer does it. When to ask again; nothing: after an answer.
  std::optional<Duration> admit() {
    while (!waiting_.empty()) {
      auto first = waiting_.begin();
      for (auto later = std::next(first); later != waiting_.end(); ++later) {
        if (order_.overtakes(later->what, first->what)) first = later;
      }
      const auto verdict = window_.admit(first->what.priority, instant());
      if (!verdict.admitted) {
        if (!verdict.again) return std::nullopt;
        return std::chrono::ceil<Duration>(verdict.again->time_since_epoch()) - std::chrono::hours(1);
      }
      ++calls_;
      order_.served(first->what.account);
      // All take equally long.
      flying_.emplace_back(now_ + latency_, std::move(first->then));
      waiting_.erase(first);
    }
    return std::nullopt;
  }

  api::PacingWindow window_;
  api::TurnOrder order_;
  Duration latency_;
  Duration now_{0};
  std::size_t calls_ = 0;
  std::list<Waiting> waiting_;
  std::deque<std::pair<Duration, Then>> flying_;
  std::multimap<Duration, Then> timers_;
};

/// A daemon over one account in such a simulation: it observes every five minutes, audits, and writes what is pushed.
class SimulatedDaemon {
 public:
  using Duration = BudgetSimulation::Duration;
  enum class Journal { good, lost };

  /// All `workers` manage their subdomain, which no list shows.
  SimulatedDaemon(BudgetSimulation* simulation, std::size_t workers, Journal journal, Duration audit_interval)
      : simulation_(simulation), workers_(workers), audit_interval_(audit_interval) {
    targets_.reserve(workers);
    for (std::size_t i = 0; i < workers; ++i) {
      auto manifest = std::make_shared<manifests::DesiredWorker>();
      manifest->name = "w" + std::to_string(i);
      // Read one after the other before the start, as an audit leaves them.
      const auto part = static_cast<double>(i) / static_cast<double>(workers);
      const auto ago = std::chrono::floor<Duration>(std::chrono::duration<double>(audit_interval) * part);
      if (journal == Journal::good) remember(manifest->name, -ago);
      if (journal == Journal::lost) deferred_.insert(manifest->name);
      targets_.push_back({.manifest = std::move(manifest)});
    }
    tick();
    audit();
  }

  /// A commit that changes one Worker: the list, its deployment, the upload and one call more.
  void push() {
    const auto begun = simulation_->now();
    const auto call = [this](auto then) { simulation_->call(api::Priority::apply, std::move(then)); };
    call([=, this] {
      call([=, this] { call([=, this] { call([=, this] { waits_.push_back(simulation_->now() - begun); }); }); });
    });
  }

  /// From each push to its last write.
  [[nodiscard]] const std::vector<Duration>& waits() const { return waits_; }
  /// When the last Worker was read that no journal knew; nothing: some are still to be read, or there was none.
  [[nodiscard]] const std::optional<Duration>& all_read() const { return all_read_; }
  /// The longest that a Worker was left unread, of those that were read.
  [[nodiscard]] Duration oldest() const { return oldest_; }

 private:
  static TimePoint time(Duration at) { return TimePoint(std::chrono::hours(10'000) + at); }

  void remember(const std::string& name, Duration at) {
    reconciler::Observation observation;
    observation.dirty = false;
    observation.observed_at = time(at);
    memory_.insert_or_assign(name, std::make_shared<const reconciler::Observation>(std::move(observation)));
  }

  void tick() {
    simulation_->call(api::Priority::observe, [] {});
    simulation_->at(simulation_->now() + std::chrono::minutes(5), [this] { tick(); });
  }

  void audit() {
    const auto now = simulation_->now();
    const auto turn = daemon::next_audit({.targets = &targets_,
                                          .memory = &memory_,
                                          .deferred = &deferred_,
                                          .foreign = &foreign_,
                                          .resting = &resting_,
                                          .interval = audit_interval_,
                                          .last = last_audit_,
                                          .now = time(now)});
    if (turn.oldest) oldest_ = std::max(oldest_, std::chrono::floor<Duration>(time(now) - *turn.oldest));
    if (turn.batch.empty()) {
      const auto wait = turn.due ? *turn.due - time(now) : std::chrono::minutes(1);
      const auto then = std::max(std::chrono::ceil<Duration>(wait), Duration(1000));
      simulation_->at(now + then, [this] { audit(); });
      return;
    }
    last_audit_ = time(now);
    const bool unknown = deferred_.contains(*turn.batch.begin());
    priority_ = unknown ? api::Priority::observe : api::Priority::audit;
    batch_ = turn.batch;
    const bool by_pages = reconciler::is_beta_list_cheaper(batch_.size(), workers_);
    // The settings of each, and its subdomain, or all of them by pages.
    left_ = batch_.size() + (by_pages ? (workers_ + 99) / 100 : batch_.size());
    begun_ = now;
    simulation_->call(api::Priority::apply, [this] {
      constexpr std::size_t kAtATime = 16;
      for (std::size_t i = 0; i < kAtATime; ++i) read_next();
    });
  }

  void read_next() {
    if (left_ == 0) return;
    --left_;
    ++reading_;
    simulation_->call(priority_, [this] {
      --reading_;
      if (left_ > 0) return read_next();
      if (reading_ == 0) end_batch();
    });
  }

  void end_batch() {
    for (const auto& name : batch_) {
      remember(name, begun_);
      deferred_.erase(name);
    }
    if (deferred_.empty() && !all_read_) all_read_ = simulation_->now();
    audit();
  }

  BudgetSimulation* simulation_;
  std::size_t workers_;
  Duration audit_interval_;
  reconciler::TargetList targets_;
  reconciler::Observations memory_;
  std::set<std::string> deferred_;
  std::set<std::string> foreign_;
  std::map<std::string, TimePoint> resting_;
  std::set<std::string> batch_;
  std::optional<TimePoint> last_audit_;
  api::Priority priority_ = api::Priority::audit;
  std::size_t left_ = 0;
  std::size_t reading_ = 0;
  Duration begun_{0};
  Duration oldest_{0};
  std::optional<Duration> all_read_;
  std::vector<Duration> waits_;
};

/// What came of some hours with a push every seven minutes.
struct BudgetOutcome {
  std::chrono::milliseconds longest_wait{0};  ///< from a push to its last write
  std::size_t pushes = 0;
  std::size_t written = 0;
  double used = 0;  ///< of the share
  std::optional<std::chrono::milliseconds> all_read;
  std::chrono::milliseconds oldest{0};
};

inline BudgetOutcome simulate_budget(std::size_t workers, SimulatedDaemon::Journal journal, std::chrono::hours hours) {
  using namespace std::chrono_literals;
  BudgetSimulation simulation({});
  SimulatedDaemon daemon(&simulation, workers, journal, 6h);
  BudgetOutcome outcome;
  for (std::chrono::milliseconds time = 3s; time < hours; time += 7min + 11s) {
    simulation.at(time, [&daemon] { daemon.push(); });
    ++outcome.pushes;
  }
  simulation.run_until(hours + 1min);
  outcome.written = daemon.waits().size();
  if (!daemon.waits().empty()) outcome.longest_wait = std::ranges::max(daemon.waits());
  const auto window = api::PacingWindow(api::PacingOptions());
  const auto windows = std::chrono::duration<double>(hours) / std::chrono::duration<double>(300s);
  outcome.used = static_cast<double>(simulation.calls()) / (static_cast<double>(window.share()) * windows);
  outcome.all_read = daemon.all_read();
  outcome.oldest = daemon.oldest();
  return outcome;
}

}  // namespace plumbline::testing
