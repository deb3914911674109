#include "reconciler/apply/apply_errors.h"

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

Outcome outcome_of(const api::Error& error) {
  const bool unknown = api::is_unresolved(error) || api::reaction(error) == Reaction::end;
  return unknown ? Outcome::unknown : Outcome::failed;
}

}  // namespace plumbline::reconciler
