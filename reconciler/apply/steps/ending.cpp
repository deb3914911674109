#include "reconciler/apply/steps/ending.h"

#include <utility>

#include "api/reaction.h"

namespace plumbline::reconciler {

using api::Reaction;

ChangeStatus status_of(const api::Error& error) {
  switch (api::reaction(error)) {
    // What happened is not known, or is not what was planned for: look again.
    case Reaction::look_again:
    case Reaction::plan_again:
    case Reaction::deploy_first:
    case Reaction::take_over:
    case Reaction::not_there:
    case Reaction::open_session:
      return ChangeStatus::replan;
    case Reaction::end:
      return ChangeStatus::skipped;
    case Reaction::try_later:
    case Reaction::wait:
    case Reaction::read_source:
    case Reaction::ask_user:
    case Reaction::skip_zone:
    case Reaction::stop_account:
    case Reaction::pause_account:
      return ChangeStatus::failed;
  }
  return ChangeStatus::failed;
}

Ending ending_of(api::Error error) {
  Ending ending{status_of(error), api::to_text(error), {}};
  ending.error = std::move(error);
  return ending;
}

Ending ending_of_look(const Result<bool, api::Error>& same) {
  if (!same) return ending_of(same.error());
  if (*same) return {};
  return {ChangeStatus::replan, "somebody changed it since it was planned", {}};
}

}  // namespace plumbline::reconciler
