#include "reconciler/apply/steps/change_steps.h"

#include <utility>

#include "reconciler/plan/after_calls.h"

namespace plumbline::reconciler {
namespace {

AddressedResult skipped_exposure(const ExposureChange& exposure, std::string why) {
  return {address_of(exposure), exposure.action, exposure.importing, ChangeStatus::skipped, {}, std::move(why)};
}

}  // namespace

ChangeSteps::ChangeSteps(const WorkerChange* change, const Policy* policy, Halt* halt)
    : change_(change), halt_(halt), calls_(change, policy, halt) {
  result_.name = change->name;
  result_.action = change->action;
  result_.importing = change->importing;
}

void ChangeSteps::begin_bootstrap() {
  bootstrap_ = true;
  calls_.begin(change_->bootstrap_calls());
  stages_ = {Stage::own};
}

void ChangeSteps::begin(const std::string* failed_need) {
  bootstrap_ = false;
  if (failed_need != nullptr) {
    result_.status = ChangeStatus::skipped;
    result_.message = "waits for " + *failed_need + ", which is not applied";
    hold_back_exposure();
    return;
  }
  calls_.begin(change_->calls.size());
  if (change_->action != Action::remove) {
    stages_ = {Stage::own, Stage::remember, Stage::expose};
    return;
  }
  stages_ = {Stage::expose, Stage::own, Stage::remember};
  // Nothing that leads to it goes before it is sure that the Worker may go as well.
  if (change_->writes_exposure()) stages_.push_front(Stage::look);
}

std::optional<Step> ChangeSteps::next() {
  while (!stages_.empty()) {
    if (auto step = step_of(stages_.front(), !std::exchange(entered_, true))) return step;
    stages_.pop_front();
    entered_ = false;
  }
  return std::nullopt;
}

// Nothing: the stage has ended.
std::optional<Step> ChangeSteps::step_of(Stage stage, bool first) {
  switch (stage) {
    case Stage::look:
      return first ? std::optional<Step>(step::Look()) : std::nullopt;
    case Stage::own:
      return next_own();
    case Stage::remember:
      return first && change_->writes() && is_done() ? std::optional<Step>(step::Remember()) : std::nullopt;
    case Stage::expose:
      // Nothing is led to a Worker that is not as it should be.
      if (first && !is_done()) return hold_back_exposure(), std::nullopt;
      return next_exposure();
  }
  return std::nullopt;
}

std::optional<Step> ChangeSteps::next_own() {
  // What leads to a Worker that is to go is still there.
  if (!is_done()) return std::nullopt;
  if (!change_->writes()) {
    if (change_->block) result_.own = ChangeStatus::skipped;
    return std::nullopt;
  }
  if (auto step = calls_.next()) return step;
  set_ending(result_, calls_.ending());
  result_.own = result_.status;
  const auto& answer = calls_.upload_answer();
  result_.active = version_after(*change_, answer ? &*answer : nullptr);
  return std::nullopt;
}

// One that fails leaves the others alone, and the Worker as it is.
std::optional<Step> ChangeSteps::next_exposure() {
  while (exposure_ < change_->exposure.size()) {
    const auto& exposure = change_->exposure[exposure_++];
    if (!exposure.writes()) continue;
    if (!halt_->is_on()) return step::Expose{&exposure};
    add(skipped_exposure(exposure, halt_->why()));
  }
  if (change_->action == Action::remove) result_.own = result_.status;
  return std::nullopt;
}

void ChangeSteps::looked(const Answer<bool>& same) {
  if (stages_.front() != Stage::look) return calls_.looked(same);
  if (!same) halt_->note(same.error());
  set_ending(result_, ending_of_look(same));
}

void ChangeSteps::exposed(AddressedResult exposure) {
  if (exposure.error) halt_->note(*exposure.error);
  add(std::move(exposure));
}

void ChangeSteps::hold_back_exposure() {
  result_.own = result_.status;
  for (const auto& exposure : change_->exposure) {
    if (exposure.writes()) result_.exposure.push_back(skipped_exposure(exposure, "waits for worker." + change_->name));
  }
}

void ChangeSteps::add(AddressedResult exposure) {
  // What is to be looked at again counts more than what failed for good.
  const bool worse = result_.status == ChangeStatus::done || exposure.status == ChangeStatus::replan;
  if (exposure.status != ChangeStatus::done && worse) {
    result_.status = exposure.status;
    result_.message = exposure.address + ": " + exposure.message;
    // That a token may not write to a zone says nothing about the account, and is no reason to try again soon.
    const bool refused = exposure.error && api::reaction(*exposure.error) == api::Reaction::skip_zone;
    result_.error = refused ? std::nullopt : exposure.error;
  }
  result_.exposure.push_back(std::move(exposure));
}

}  // namespace plumbline::reconciler
