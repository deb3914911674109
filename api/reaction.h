#pragma once

#include "api/error.h"
#include "api/operations.h"

/// What is done about an error. Callers ask here, and look at no kind, status or code themselves. Pure.
namespace plumbline::api {

enum class Reaction {
  try_later,      ///< nothing was sent
  wait,           ///< for Error::retry_after; the budget is closed until then
  look_again,     ///< what happened is not known: read before anything is written
  plan_again,     ///< somebody else wrote, or it came too late
  deploy_first,   ///< the newest version is not the active one: only an upload makes one that is (10214, 10215)
  take_over,      ///< another Worker holds the hostname (100116)
  not_there,      ///< what the path names does not exist
  read_source,    ///< the source or a store changed under the plan
  ask_user,       ///< the request, or what it was made of, is wrong: it will be the next time as well
  skip_zone,      ///< the token may not do this in this zone; all else goes on
  open_session,   ///< the session of an upload of assets has ended
  stop_account,   ///< the credentials are no good
  pause_account,  ///< a firewall holds us off
  end,            ///< we are shutting down
};

Reaction reaction(const Error& error);

/// Whether everything else of the account waits as well.
bool concerns_account(const Error& error);

/// Whether a write has happened or not cannot be said.
bool is_unresolved(const Error& error);

/// Whether the service says, by a code of the row, that what the path names does not exist. Any other 404 (7003, a
/// wrong account; a proxy's) says nothing of it.
bool is_gone(const Operation& operation, const Error& error);

/// Whether the service may not know a Worker yet that was just uploaded. Then the same call may be right in a moment.
bool may_have_come_too_soon(const Operation& operation, const Error& error);

/// Whether the answer to a read of the beta API says that the account has none, or the token may not use it.
bool lacks_beta(const Operation& operation, const Error& error);

}  // namespace plumbline::api
