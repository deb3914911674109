#include "reconciler/apply/steps/exposure_steps.h"

#include <string>
#include <utility>

#include "reconciler/plan/gates.h"

namespace plumbline::reconciler {

ExposureSteps::ExposureSteps(const ExposureChange* change, const Policy& policy) : change_(change) {
  result_.address = address_of(*change);
  result_.action = change->action;
  result_.importing = change->importing;
  // The last gate: whatever planned this, no source writes to a zone that it may not.
  if (const auto block = zone_block(*change, policy)) {
    end_with(ending_of(own_error(api::ErrorKind::local, block->message)));
    return;
  }
  ahead_.emplace_back(step::Look());
  if (change->action == Action::remove) ahead_.emplace_back(step::Find());
  ahead_.emplace_back(step::Call{&*change->call});
}

std::optional<ExposureStep> ExposureSteps::next() {
  if (ahead_.empty()) return std::nullopt;
  auto step = std::move(ahead_.front());
  ahead_.pop_front();
  return step;
}

void ExposureSteps::looked(const Answer<bool>& same) {
  if (auto ending = ending_of_look(same); !ending.is_done()) end_with(std::move(ending));
}

void ExposureSteps::found(const Answer<step::Still>& still) {
  if (!still) return end_with(ending_of(still.error()));
  if (*still == step::Still::another) {
    return end_with({ChangeStatus::replan, "what is there now is not what the plan was to delete", {}});
  }
  // There is nothing left to do but to know it.
  if (*still == step::Still::gone) ahead_ = {step::RememberExposure()};
}

void ExposureSteps::called(const Answer<JsonObject>& answer) {
  if (!answer) return end_with(ending_of(answer.error()));
  ahead_.emplace_back(step::RememberExposure{std::string(string_member(*answer, "id"))});
}

void ExposureSteps::end_with(Ending ending) {
  ahead_.clear();
  set_ending(result_, std::move(ending));
}

}  // namespace plumbline::reconciler
