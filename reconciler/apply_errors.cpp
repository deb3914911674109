#include "reconciler/apply_errors.h"

namespace plumbline::reconciler {

ChangeStatus status_of(const api::Error& error) {
  switch (error.kind) {
    // What happened is not known, or is not what was planned for: look again.
    case api::ErrorKind::lost_answer:
    case api::ErrorKind::conflict:
    case api::ErrorKind::not_found:
    case api::ErrorKind::server:
      return ChangeStatus::replan;
    case api::ErrorKind::cancelled:
      return ChangeStatus::skipped;
    default:
      return ChangeStatus::failed;
  }
}

bool is_of_account(const api::Error& error) {
  return error.kind == api::ErrorKind::forbidden || error.kind == api::ErrorKind::blocked;
}

Outcome outcome_of(const api::Error& error) {
  const bool unknown = error.kind == api::ErrorKind::lost_answer || error.kind == api::ErrorKind::server ||
                       error.kind == api::ErrorKind::cancelled;
  return unknown ? Outcome::unknown : Outcome::failed;
}

}  // namespace plumbline::reconciler
