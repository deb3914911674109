#pragma once

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "reconciler/apply/steps/schedule.h"
#include "tests/unit/reconciler/apply/steps/play.h"

/// A whole plan that is applied without any I/O.
namespace plumbline::reconciler::test {

/// One apply: jobs are begun and ended as a test says.
class OneApply {
 public:
  explicit OneApply(Plan plan, std::size_t parallel = 4)
      : plan_(test_plan(std::move(plan))), schedule_(&plan_, &policy_, Lanes(parallel, parallel)) {}

  // What is carried out for Workers in place of that all goes well, by their names.
  std::map<std::string, Odd<ChangeSteps>> odd;
  // After how many steps a stop is asked for.
  std::optional<std::size_t> stop_after;

  void stop() { schedule_.stop(); }
  void supersede() { schedule_.supersede(); }

  // Begins as much as may be under way.
  Texts begin() {
    Texts names;
    while (const auto job = schedule_.next()) {
      names.push_back(std::visit([](const auto* steps) { return name_of(*steps); }, *job));
      under_way_.emplace(names.back(), *job);
    }
    return names;
  }

  // Takes all steps of one that is under way, and ends it; its name stands before each in `log`.
  void end(const std::string& name) {
    std::visit([this, &name](auto* steps) { end(name, steps); }, under_way_.extract(name).mapped());
  }

  // Everything, each time the first of those that are under way.
  Texts run() {
    for (auto names = begin(); !under_way_.empty(); std::ranges::copy(begin(), std::back_inserter(names))) {
      const auto first = std::ranges::find_if(names, [this](const auto& name) { return under_way_.contains(name); });
      end(*first);
    }
    return log_;
  }

  ApplyReport report() { return schedule_.report(7); }
  // Every job in the order in which they ended: `shop done`, `shop skipped: stopping`.
  [[nodiscard]] const Texts& ended() const { return ended_; }

 private:
  static Plan test_plan(Plan plan) {
    plan.policy = Prune::sync;
    return plan;
  }

  static std::string name_of(const ZoneWorkerSteps& steps) { return steps.result().address; }
  static std::string name_of(const ChangeSteps& steps) {
    return steps.change().name + (steps.is_bootstrap() ? " first" : "");
  }

  template <class Steps>
  void end(const std::string& name, Steps* steps) {
    Texts taken;
    const auto odd_ones = odd_of(*steps);
    while (true) {
      if (stop_after && log_.size() >= *stop_after) schedule_.stop();
      if (!take_step(*steps, odd_ones, taken)) break;
      log_.push_back(name + ": " + taken.back());
    }
    if (const auto* result = schedule_.done(steps)) {
      constexpr std::array<std::string_view, 4> kWords{"done", "failed", "replan", "skipped"};
      const std::string word(kWords.at(static_cast<std::size_t>(result->status)));
      ended_.push_back(name + " " + word + (result->message.empty() ? "" : ": " + result->message));
    }
  }

  Odd<ChangeSteps> odd_of(const ChangeSteps& steps) { return odd[steps.change().name]; }
  static Odd<ZoneWorkerSteps> odd_of(const ZoneWorkerSteps& steps) {
    if (steps.change().zone != "broken.example") return {};
    return {{"call put_zone_script", call_fails(error_of(api::ErrorKind::forbidden))}};
  }

  Plan plan_;
  Policy policy_ = policy();
  ApplySchedule schedule_;
  std::map<std::string, ApplySchedule::Job> under_way_;
  Texts log_;
  Texts ended_;
};

inline Plan plan_to_apply(std::vector<WorkerChange> workers) {
  Plan plan;
  plan.workers = std::move(workers);
  return plan;
}

/// To be changed by one call; waits for `after` as new_worker() does.
inline WorkerChange changed_worker(std::string name, std::vector<std::string> after = {}) {
  return change_with(std::move(name), Action::update, {bare_call("put_schedules")}, std::move(after));
}

inline WorkerChange made_first(std::string name, std::vector<std::string> after) {
  auto change = new_worker(std::move(name), std::move(after));
  change.needs.clear();
  change.calls.push_back(bare_call("put_schedules"));
  change.bootstrap = true;
  return change;
}

inline ZoneWorkerChange zone_to_write(std::string name) {
  auto change = zone(std::move(name), Action::update);
  change.calls = {bare_call("put_zone_script")};
  return change;
}

inline Odd<ChangeSteps> fails_at(const std::string& step, api::ErrorKind kind) {
  return {{step, call_fails(error_of(kind))}};
}

}  // namespace plumbline::reconciler::test
