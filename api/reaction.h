#pragma once

#include <string_view>

#include "api/error.h"
#include "api/operations.h"

/// What to do about an error. Callers ask here and do not look at kind, status or code themselves. Pure.
namespace plumbline::api {

/// What the caller does about an error.
enum class Reaction {
  try_later,      ///< nothing was sent
  wait,           ///< for Error::retry_after; the budget is closed until then
  look_again,     ///< it is unknown what happened: read before anything is written
  plan_again,     ///< somebody else wrote, or the call came too late
  deploy_first,   ///< the newest version is not the active one: only an upload makes a new one that is (10214, 10215)
  take_over,      ///< another Worker holds the hostname (100116)
  not_there,      ///< the thing in the path does not exist
  read_source,    ///< the source or a store changed after the plan was made
  ask_user,       ///< the request, or the manifest behind it, is wrong and will be wrong again
  skip_zone,      ///< the token has no permission in this zone; everything else goes on
  open_session,   ///< the session of an asset upload has ended
  stop_account,   ///< the credentials are not accepted
  pause_account,  ///< a firewall rejects us
  end,            ///< we are shutting down
};

Reaction reaction(const Error& error);

/// Whether everything else of the account has to wait as well.
bool concerns_account(const Error& error);

/// Whether an API token was refused where the service may take none (Tokens::in_doubt). Nothing is decided beforehand:
/// a service that takes tokens there is not kept from it.
bool may_want_key(const Error& error);

/// What to do about that, for an operator.
inline constexpr std::string_view kUseKey =
    "the service may take no API token here: give the account `api_key` and `email` in place of `api_token`, or "
    "CLOUDFLARE_API_KEY and CLOUDFLARE_EMAIL in place of CLOUDFLARE_API_TOKEN";

/// Whether the service says that it is asked for too much at once: 429, and the codes by which it answers too many
/// calls or two writes at a time (10013, 10035).
bool is_overload(const Error& error);

/// Whether it is unknown if a write has happened.
bool is_unresolved(const Error& error);

/// Whether the service says, by a code of the row, that the thing in the path does not exist. Any other 404 (7003, a
/// wrong account; a proxy's) does not say that.
bool is_gone(const Operation& operation, const Error& error);

/// Whether the service may not know yet a Worker that was just uploaded. Then the same call may succeed soon.
bool may_have_come_too_soon(const Operation& operation, const Error& error);

/// Whether the answer to a read of the beta API says that the account has no beta API, or that the token may not use
/// it.
bool lacks_beta(const Operation& operation, const Error& error);

}  // namespace plumbline::api
