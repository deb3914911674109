#include "reconciler/apply/rounds.h"

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.h"
#include "reconciler/plan/summary.h"

namespace plumbline::reconciler {
namespace {

namespace asio = boost::asio;
using Status = WorkerResult::Status;

// Changes or results of Workers, by name.
template <class Item>
class ByName {
 public:
  explicit ByName(const std::vector<Item>& items) {
    for (const auto& item : items) items_.emplace(item.name, &item);
  }
  [[nodiscard]] const Item* find(const std::string& name) const {
    const auto found = items_.find(name);
    return found == items_.end() ? nullptr : found->second;
  }

 private:
  std::map<std::string_view, const Item*> items_;
};

std::string text_of(const Block& block) {
  return std::string(to_string(block.reason)) + ": " + block.message;
}

void set_blocked(WorkerResult& result, const Block& block) {
  result.status = Status::failed;
  result.message = text_of(block);
}

// What the second look at a route or a domain came to. One that it had nothing to do for was a success after all.
void settle(AddressedResult& exposure, const WorkerChange* change, const WorkerResult* again) {
  if (exposure.status == Status::done) return;
  const auto made = again == nullptr ? std::vector<AddressedResult>() : again->exposure;
  const auto found = std::ranges::find(made, exposure.address, &AddressedResult::address);
  if (found != made.end()) {
    exposure.status = found->status;
    exposure.error = found->error;
    exposure.message = found->message;
    return;
  }
  const bool blocked = change != nullptr && std::ranges::any_of(change->exposure, [&exposure](const auto& other) {
                         return address_of(other) == exposure.address && other.block;
                       });
  exposure.status = blocked ? Status::failed : Status::done;
  exposure.error.reset();
  exposure.message.clear();
}

void settle(WorkerResult& result, const WorkerChange* change, const WorkerResult* again) {
  for (auto& exposure : result.exposure) settle(exposure, change, again);
  if (again != nullptr) {
    // Its own part may have been done before, and only what leads to it was open.
    if (result.own != Status::done) {
      result.own = again->own;
      result.active = again->active;
    }
    result.status = again->status;
    result.error = again->error;
    result.message = again->message;
    return;
  }
  result.error.reset();
  if (change != nullptr && change->block) {
    result.own = Status::failed;
    set_blocked(result, *change->block);
    return;
  }
  // The lost answer was a success after all.
  if (result.own != Status::done)
    result.active = change != nullptr && change->live ? known_active(*change->live) : ActiveVersion();
  result.own = Status::done;
  result.status = Status::done;
  result.message.clear();
  if (change == nullptr) return;
  const auto held =
      std::ranges::find_if(change->exposure, [](const auto& exposure) { return exposure.block.has_value(); });
  if (held != change->exposure.end()) set_blocked(result, *held->block);
}

void settle(AddressedResult& zone_worker, const Plan& plan, const ApplyReport& round) {
  const auto again = std::ranges::find(round.zone_workers, zone_worker.address, &AddressedResult::address);
  if (again != round.zone_workers.end()) {
    zone_worker.status = again->status;
    zone_worker.error = again->error;
    zone_worker.message = again->message;
    return;
  }
  const auto change = std::ranges::find_if(
      plan.zone_workers, [&zone_worker](const auto& other) { return address_of(other) == zone_worker.address; });
  const bool blocked = change != plan.zone_workers.end() && change->block;
  zone_worker.status = blocked ? Status::failed : Status::done;
  zone_worker.error.reset();
  zone_worker.message = blocked ? text_of(*change->block) : "";
}

// Whether a plan that somebody has looked at makes this very change.
bool has_change(const WorkerChange& approved, const ExposureChange& exposure) {
  return std::ranges::any_of(approved.exposure, [&exposure](const ExposureChange& other) {
    return address_of(other) == address_of(exposure) && other.action == exposure.action;
  });
}

// Whether all of `lines` are about what stands in `approved` as well.
bool has_lines(const std::vector<ChangeLine>& approved, const std::vector<ChangeLine>& lines) {
  return std::ranges::all_of(lines, [&approved](const auto& line) {
    return std::ranges::find(approved, line.what, &ChangeLine::what) != approved.end();
  });
}

// What the last round leaves open is told by tell_given_up(), and not as if another round followed.
template <class Result>
std::function<void(const Result&)> without_open(std::function<void(const Result&)> tell) {
  if (!tell) return tell;
  return [tell = std::move(tell)](const Result& result) {
    if (result.status != Status::replan) tell(result);
  };
}

ApplyOptions options_of(std::size_t round, const RoundOptions& options) {
  auto apply = options.apply;
  if (round < options.rounds) return apply;
  apply.progress = without_open(std::move(apply.progress));
  apply.exposure_progress = without_open(std::move(apply.exposure_progress));
  return apply;
}

void tell_given_up(const ApplyReport& report, const ApplyOptions& options) {
  for (const auto& result : report.workers) {
    if (result.tries > 0 && options.progress) options.progress(result);
  }
  for (const auto& result : report.zone_workers) {
    if (result.tries > 0 && options.exposure_progress) options.exposure_progress(result);
  }
}

void hold_back(std::optional<Block>& block, std::string_view what) {
  block = Block{Reason::plan_changed, "somebody changed the " + std::string(what) + " since the plan was made",
                "make a new plan and apply that one"};
}

}  // namespace

std::set<std::string> open_workers(const ApplyReport& report) {
  std::set<std::string> names;
  if (!report.needs_replan() || report.account_error() != nullptr) return names;
  for (const auto& result : report.workers) {
    // Whatever waited for an open Worker is open as well.
    if (result.status == Status::replan || result.status == Status::skipped) names.insert(result.name);
  }
  for (const auto& result : report.zone_workers) {
    if (result.status == Status::replan || result.status == Status::skipped) names.insert(result.address);
  }
  return names;
}

void keep_only(Plan& plan, const std::set<std::string>& names) {
  std::erase_if(plan.workers, [&names](const WorkerChange& change) { return !names.contains(change.name); });
  std::erase_if(plan.zone_workers, [&names](const auto& change) { return !names.contains(address_of(change)); });
}

Plan what_is_open(Plan plan, const ApplyReport& report, double calls_per_second) {
  if (report.workers.empty() && report.zone_workers.empty()) return plan;
  const ByName results(report.workers);
  const auto settle_change = [](auto& change) {
    change.action = Action::no_op;
    change.lines.clear();
    change.calls.clear();
  };
  for (auto& change : plan.workers) {
    const auto* result = results.find(change.name);
    if (result == nullptr) continue;
    if (result->own == Status::done && change.writes() && change.action != Action::remove) {
      settle_change(change);
      change.origin = Origin::intent;
    }
    std::erase_if(change.exposure, [result](const ExposureChange& exposure) {
      const auto made = std::ranges::find(result->exposure, address_of(exposure), &AddressedResult::address);
      return made != result->exposure.end() && made->status == Status::done;
    });
  }
  std::erase_if(plan.workers, [&results](const WorkerChange& change) {
    const auto* result = results.find(change.name);
    return change.action == Action::remove && result != nullptr && result->status == Status::done;
  });
  for (auto& change : plan.zone_workers) {
    const auto made = std::ranges::find(report.zone_workers, address_of(change), &AddressedResult::address);
    if (made != report.zone_workers.end() && made->status == Status::done) settle_change(change);
  }
  summarise(plan, calls_per_second);
  return plan;
}

void hold_back_additions(Plan& plan, const Plan& approved) {
  const ByName approved_changes(approved.workers);
  for (auto& change : plan.workers) {
    const auto* before = approved_changes.find(change.name);
    for (auto& exposure : change.exposure) {
      const bool in_it = before != nullptr && has_change(*before, exposure);
      if (exposure.writes() && !in_it) hold_back(exposure.block, "route or domain");
    }
    if (!change.writes()) continue;
    const bool in_it = before != nullptr && (before->action == Action::remove) == (change.action == Action::remove) &&
                       has_lines(before->lines, change.lines);
    if (!in_it) hold_back(change.block, "Worker");
  }
  for (auto& change : plan.zone_workers) {
    const bool in_it = std::ranges::any_of(approved.zone_workers, [&change](const auto& before) {
      return before.zone == change.zone && before.action == change.action && has_lines(before.lines, change.lines);
    });
    if (change.writes() && !in_it) hold_back(change.block, "zone");
  }
}

void merge_round(ApplyReport& report, const Plan& plan, const ApplyReport& round) {
  const auto open = open_workers(report);
  const ByName changes(plan.workers);
  const ByName again(round.workers);
  for (auto& result : report.workers) {
    if (open.contains(result.name)) settle(result, changes.find(result.name), again.find(result.name));
  }
  for (auto& result : report.zone_workers) {
    if (open.contains(result.address)) settle(result, plan, round);
  }
  report.calls += round.calls;
  report.superseded += round.superseded;
  report.tally();
}

void give_up(ApplyReport& report, std::size_t rounds) {
  const auto mark = [rounds](auto& result) {
    if (result.status == Status::replan) result.tries = rounds;
  };
  for (auto& result : report.workers) {
    mark(result);
    std::ranges::for_each(result.exposure, mark);
  }
  std::ranges::for_each(report.zone_workers, mark);
}

Awaitable<ApplyReport> apply_in_rounds(Scope scope, std::shared_ptr<const manifests::DesiredState> desired, Plan plan,
                                       RoundOptions options) {
  auto report = co_await apply_plan(scope, desired, plan, options_of(1, options));
  // Only what moved is read again.
  scope.refresh = Refresh::list;
  scope.list_not_before.reset();
  std::size_t rounds = 1;
  while (rounds < options.rounds) {
    const auto open = open_workers(report);
    if (open.empty() || report.superseded > 0 || (options.apply.stopping && options.apply.stopping())) break;
    asio::steady_timer timer(co_await asio::this_coro::executor, options.pause);
    co_await timer.async_wait(asio::use_awaitable);
    auto again = co_await plan_pass(scope, desired);
    // The results of the last round stand, and say themselves that they are open.
    if (!again) break;
    if (options.may_go_on && !options.may_go_on(*again)) break;
    keep_only(*again, open);
    if (options.approval == Approval::of_this_plan) hold_back_additions(*again, plan);
    const Plan planned = *again;
    const auto applied = co_await apply_plan(scope, desired, std::move(*again), options_of(++rounds, options));
    merge_round(report, planned, applied);
  }
  give_up(report, rounds);
  tell_given_up(report, options.apply);
  co_return report;
}

}  // namespace plumbline::reconciler
