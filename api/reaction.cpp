#include "api/reaction.h"

#include <algorithm>

namespace plumbline::api {
namespace {

// An error without an operation did not come from a server.
Refusal refusal_of(const Error& error) {
  const auto* operation = find_operation(error.operation);
  return operation == nullptr ? Refusal::account : operation->refusal;
}

Reaction to_refusal(Refusal refusal) {
  switch (refusal) {
    case Refusal::account:
      return Reaction::stop_account;
    case Refusal::zone:
      return Reaction::skip_zone;
    case Refusal::session:
      return Reaction::open_session;
  }
  return Reaction::stop_account;
}

Reaction to_conflict(int code) {
  switch (code) {
    case 10214:  // settings
    case 10215:  // a secret
      return Reaction::deploy_first;
    case 100116:
      return Reaction::take_over;
    default:
      return Reaction::plan_again;
  }
}

}  // namespace

Reaction reaction(const Error& error) {
  switch (error.kind) {
    case ErrorKind::unreachable:
      return Reaction::try_later;
    case ErrorKind::rate_limited:
      return Reaction::wait;
    case ErrorKind::lost_answer:
    case ErrorKind::server:
      return Reaction::look_again;
    case ErrorKind::conflict:
      return to_conflict(error.code);
    case ErrorKind::not_found:
      return Reaction::not_there;
    case ErrorKind::invalid:
    case ErrorKind::local:
      return Reaction::ask_user;
    case ErrorKind::forbidden:
      return to_refusal(refusal_of(error));
    case ErrorKind::blocked:
      return Reaction::pause_account;
    case ErrorKind::cancelled:
      return Reaction::end;
    case ErrorKind::stale_source:
      return Reaction::read_source;
  }
  return Reaction::look_again;
}

bool concerns_account(const Error& error) {
  const auto wanted = reaction(error);
  return wanted == Reaction::stop_account || wanted == Reaction::pause_account;
}

bool may_want_key(const Error& error) {
  const auto* operation = find_operation(error.operation);
  return error.by_token && error.kind == ErrorKind::forbidden && operation != nullptr &&
         operation->tokens == Tokens::in_doubt;
}

bool is_overload(const Error& error) {
  return error.kind == ErrorKind::rate_limited || error.code == 10013 || error.code == 10035;
}

bool is_unresolved(const Error& error) {
  return reaction(error) == Reaction::look_again;
}

bool is_gone(const Operation& operation, const Error& error) {
  return error.code != 0 && reaction(error) == Reaction::not_there &&
         std::ranges::find(operation.gone, error.code) != operation.gone.end();
}

bool may_have_come_too_soon(const Operation& operation, const Error& error) {
  switch (operation.too_soon) {
    case TooSoon::never:
      return false;
    case TooSoon::by_code:
      return error.code == 10019 || error.code == 10007;
    case TooSoon::by_fault:
      return error.kind == ErrorKind::not_found || error.kind == ErrorKind::server;
  }
  return false;
}

bool lacks_beta(const Operation& operation, const Error& error) {
  constexpr int kNotFound = 404;
  return reaction(error) == Reaction::stop_account || (error.status == kNotFound && !is_gone(operation, error));
}

}  // namespace plumbline::api
