#include "reconciler/apply/steps/schedule.h"

#include <algorithm>
#include <set>
#include <utility>

namespace plumbline::reconciler {
namespace {

// Whoever is made before all others keeps nobody waiting.
std::set<std::string> awaited(const std::vector<const WorkerChange*>& changes) {
  std::set<std::string> addresses;
  for (const auto* change : changes) {
    if (!change->bootstrap) addresses.insert(address_of(*change));
  }
  return addresses;
}

}  // namespace

ApplySchedule::ApplySchedule(const Plan* plan, const Policy* policy, Lanes lanes)
    : plan_(plan), policy_(policy), lanes_(lanes) {
  if (!plan->has_writes()) return;
  add_zone_workers();
  add_bootstraps();
  add_workers(false);
  add_workers(true);
}

// They need nothing, and nothing needs them.
void ApplySchedule::add_zone_workers() {
  Phase phase{.turns = {}, .one_by_one = true};
  for (const auto& change : plan_->zone_workers) {
    if (change.writes()) phase.turns.push_back({.zone_worker = &change});
  }
  phases_.push_back(std::move(phase));
}

// New Workers of a circle are made one after the other, so that the others find them.
void ApplySchedule::add_bootstraps() {
  Phase phase{.turns = {}, .one_by_one = true};
  for (const auto& change : plan_->workers) {
    if (change.bootstrap && change.writes()) phase.turns.push_back({.worker = &change, .bootstrap = true});
  }
  phases_.push_back(std::move(phase));
}

void ApplySchedule::add_workers(bool deletes) {
  Phase phase;
  for (const auto& change : plan_->workers) {
    if ((change.action == Action::remove) == deletes) phase.turns.push_back({.worker = &change});
  }
  phases_.push_back(std::move(phase));
}

// False: there is no other one.
bool ApplySchedule::begin_phase() {
  if (phases_.empty()) return false;
  phase_ = std::move(phases_.front());
  phases_.pop_front();
  open_ = phase_.turns.size();
  dependents_.clear();
  std::vector<const WorkerChange*> changes;
  for (const auto& turn : phase_.turns) {
    if (turn.worker != nullptr && !turn.bootstrap) changes.push_back(turn.worker);
  }
  const auto addresses = awaited(changes);
  for (std::size_t i = 0; i < phase_.turns.size(); ++i) {
    auto& turn = phase_.turns[i];
    if (turn.worker != nullptr && !turn.bootstrap) {
      for (const auto& address : std::set(turn.worker->after.begin(), turn.worker->after.end())) {
        if (!addresses.contains(address)) continue;
        ++turn.waits_for;
        dependents_[address].push_back(i);
      }
    }
    if (turn.waits_for == 0) ready_.insert(i);
  }
  return true;
}

std::size_t ApplySchedule::width() const {
  return phase_.one_by_one ? 1 : lanes_.width();
}

std::optional<ApplySchedule::Job> ApplySchedule::next() {
  while (under_way_ < width()) {
    if (open_ == 0) {
      if (!begin_phase()) return std::nullopt;
      continue;
    }
    if (ready_.empty() && under_way_ > 0) return std::nullopt;
    // The planner leaves no circle; if there were one, it would be run in the order of the plan.
    if (ready_.empty()) release_all();
    const auto turn = phase_.turns[ready_.extract(ready_.begin()).value()];
    auto job = begin(turn);
    if (!job) {
      ended(turn.worker);
      continue;
    }
    ++under_way_;
    return job;
  }
  return std::nullopt;
}

void ApplySchedule::release_all() {
  for (std::size_t i = 0; i < phase_.turns.size(); ++i) {
    if (std::exchange(phase_.turns[i].waits_for, 0) > 0) ready_.insert(i);
  }
  dependents_.clear();
}

// Null: nobody waits for what has ended.
void ApplySchedule::ended(const WorkerChange* change) {
  --open_;
  if (change == nullptr) return;
  const auto dependents = dependents_.extract(address_of(*change));
  if (dependents.empty()) return;
  for (const auto i : dependents.mapped()) {
    if (--phase_.turns[i].waits_for == 0) ready_.insert(i);
  }
}

// Nothing: there is nothing to do for it.
std::optional<ApplySchedule::Job> ApplySchedule::begin(const Turn& turn) {
  if (superseded_) {
    ++report_.superseded;
    return std::nullopt;
  }
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
  ended(nullptr);
  report_.zone_workers.push_back(steps->result());
  zone_workers_.erase(report_.zone_workers.back().address);
  return &report_.zone_workers.back();
}

const WorkerResult* ApplySchedule::done(ChangeSteps* steps, std::size_t overloads) {
  --under_way_;
  lanes_.ended(overloads);
  ended(steps->is_bootstrap() ? nullptr : &steps->change());
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
