#include "daemon/controller/pass.h"

#include "api/reaction.h"

namespace plumbline::daemon {

const api::Error* PassReport::account_error() const {
  return error && api::concerns_account(*error) ? &*error : applied.account_error();
}

std::string PassReport::why_no_plan() const {
  if (!error) return "the account could not be read";
  return mend.empty() ? api::to_text(*error) : api::to_text(*error) + "; " + mend;
}

}  // namespace plumbline::daemon
