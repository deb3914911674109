#include "daemon/controller/pass.h"

#include "api/reaction.h"

namespace plumbline::daemon {

const api::Error* PassReport::account_error() const {
  return error && api::concerns_account(*error) ? &*error : applied.account_error();
}

}  // namespace plumbline::daemon
