#include "reconciler/apply/steps/zone_worker_steps.h"

#include <utility>

#include "reconciler/model/zones.h"

namespace plumbline::reconciler {

ZoneWorkerSteps::ZoneWorkerSteps(const ZoneWorkerChange* change, const Policy* policy, Halt* halt)
    : change_(change), policy_(policy), halt_(halt) {
  result_.address = address_of(*change);
  result_.action = change->action;
  result_.importing = change->importing;
}

std::optional<ZoneStep> ZoneWorkerSteps::next() {
  if (given_ == 0) open();
  if (!is_done()) return std::nullopt;
  const auto& calls = change_->calls;
  const auto number = given_++;
  if (number == 0) return step::Look();
  if (number == 1) return step::NoteBegun();
  if (number < calls.size() + 2) return next_call(calls[number - 2]);
  if (number == calls.size() + 2) return step::Remember();
  return std::nullopt;
}

void ZoneWorkerSteps::open() {
  if (halt_->is_on()) return stop();
  // The last gate: whatever planned this, no source writes to a zone that it may not.
  const auto name = change_->zone == change_->zone_id ? std::string() : change_->zone;
  if (is_allowed_zone(change_->zone_id, name, {}, *policy_)) return;
  end_with(own_error(api::ErrorKind::local, "the source may not write to this zone"));
}

std::optional<ZoneStep> ZoneWorkerSteps::next_call(const PlannedCall& call) {
  if (!halt_->is_on()) return step::Call{&call};
  stop();
  return std::nullopt;
}

void ZoneWorkerSteps::looked(bool recent) {
  if (!recent) set_ending(result_, {ChangeStatus::replan, "the zone was read too long ago", {}});
}

void ZoneWorkerSteps::called(const Answer<JsonObject>& answer) {
  if (!answer) end_with(answer.error());
}

void ZoneWorkerSteps::stop() {
  set_ending(result_, {ChangeStatus::skipped, halt_->why(), {}});
}

void ZoneWorkerSteps::end_with(api::Error error) {
  halt_->note(error);
  set_ending(result_, ending_of(std::move(error)));
}

}  // namespace plumbline::reconciler
