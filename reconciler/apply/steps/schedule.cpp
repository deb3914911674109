#include "reconciler/apply/steps/schedule.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

namespace plumbline::reconciler {
namespace {

using Changes = std::vector<const WorkerChange*>;

Changes wave_of(const Plan& plan, bool deletes) {
  Changes wave;
  for (const auto& change : plan.workers) {
    if ((change.action == Action::remove) == deletes) wave.push_back(&change);
  }
  return wave;
}

// Whoever is made before all others keeps nobody waiting.
std::set<std::string> awaited(const Changes& open) {
  std::set<std::string> addresses;
  for (const auto* change : open) {
    if (!change->bootstrap) addresses.insert(address_of(*change));
  }
  return addresses;
}

// Takes those out of `open` that wait for none of the others.
Changes take_ready(Changes& open) {
  Changes ready;
  Changes later;
  const auto addresses = awaited(open);
  for (const auto* change : open) {
    const bool waits =
        std::ranges::any_of(change->after, [&addresses](const auto& one) { return addresses.contains(one); });
    (waits ? later : ready).push_back(change);
  }
  // The planner leaves no circle; if there were one, it would be run in the order of the plan.
  if (ready.empty()) ready.swap(later);
  open = std::move(later);
  return ready;
}

}  // namespace

ApplySchedule::ApplySchedule(const Plan* plan, const Policy* policy, std::size_t parallel)
    : plan_(plan), policy_(policy) {
  if (!plan->has_writes()) return;
  add_zone_workers();
  add_bootstraps();
  add_workers(false, parallel);
  add_workers(true, parallel);
}

// They need nothing, and nothing needs them.
void ApplySchedule::add_zone_workers() {
  Level level;
  for (const auto& change : plan_->zone_workers) {
    if (change.writes()) level.turns.push_back({&change, nullptr});
  }
  levels_.push_back(std::move(level));
}

// New Workers of a circle are made one after the other, so that the others find them.
void ApplySchedule::add_bootstraps() {
  Level level;
  for (const auto& change : plan_->workers) {
    if (change.bootstrap && change.writes()) level.turns.push_back({nullptr, &change, true});
  }
  levels_.push_back(std::move(level));
}

void ApplySchedule::add_workers(bool deletes, std::size_t parallel) {
  auto open = wave_of(*plan_, deletes);
  while (!open.empty()) {
    Level level;
    for (const auto* change : take_ready(open)) level.turns.push_back({nullptr, change});
    level.lanes = std::max<std::size_t>(parallel, 1);
    levels_.push_back(std::move(level));
  }
}

std::size_t ApplySchedule::begin_level() {
  level_ = {};
  while (level_.turns.empty() && !levels_.empty()) {
    level_ = std::move(levels_.front());
    levels_.pop_front();
  }
  return std::min(level_.lanes, level_.turns.size());
}

std::optional<ApplySchedule::Job> ApplySchedule::next() {
  while (under_way_ < level_.lanes && !level_.turns.empty()) {
    const auto turn = level_.turns.front();
    level_.turns.pop_front();
    auto job = begin(turn);
    if (!job) continue;
    ++under_way_;
    return job;
  }
  return std::nullopt;
}

// Nothing: there is nothing to do for it.
std::optional<ApplySchedule::Job> ApplySchedule::begin(const Turn& turn) {
  if (turn.zone_worker != nullptr) {
    return &zone_workers_.try_emplace(address_of(*turn.zone_worker), turn.zone_worker, policy_, &halt_).first->second;
  }
  if (!turn.bootstrap) return begin_worker(*turn.worker);
  auto& steps = steps_of(*turn.worker);
  steps.begin_bootstrap();
  return &steps;
}

std::optional<ApplySchedule::Job> ApplySchedule::begin_worker(const WorkerChange& change) {
  if (status_.contains(address_of(change))) return std::nullopt;  // failed before the others had their turn
  if (!change.writes() && !change.writes_exposure()) {
    if (change.block) status_[address_of(change)] = ChangeStatus::skipped;
    return std::nullopt;
  }
  auto& steps = steps_of(change);
  steps.begin(failed_need(change));
  return &steps;
}

ChangeSteps& ApplySchedule::steps_of(const WorkerChange& change) {
  return workers_.try_emplace(change.name, &change, policy_, &halt_).first->second;
}

// Something that this one needs and that did not come to be.
const std::string* ApplySchedule::failed_need(const WorkerChange& change) const {
  const auto failed = std::ranges::find_if(change.needs, [this](const auto& address) {
    const auto found = status_.find(address);
    return found != status_.end() && found->second != ChangeStatus::done;
  });
  return failed == change.needs.end() ? nullptr : &*failed;
}

const AddressedResult* ApplySchedule::done(ZoneWorkerSteps* steps) {
  --under_way_;
  report_.zone_workers.push_back(steps->result());
  zone_workers_.erase(report_.zone_workers.back().address);
  return &report_.zone_workers.back();
}

const WorkerResult* ApplySchedule::done(ChangeSteps* steps) {
  --under_way_;
  if (steps->is_bootstrap() && steps->result().status == ChangeStatus::done) return nullptr;
  const auto& result = report_.workers.emplace_back(steps->result());
  status_[worker_address(result.name)] = result.own;
  for (const auto& exposure : result.exposure) status_[exposure.address] = exposure.status;
  workers_.erase(result.name);
  return &result;
}

ApplyReport ApplySchedule::report(std::size_t calls) {
  report_.calls = calls;
  report_.tally();
  return std::move(report_);
}

}  // namespace plumbline::reconciler
