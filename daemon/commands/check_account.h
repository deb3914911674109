#pragma once

#include <chrono>

#include "daemon/commands/check_needs.h"
#include "daemon/commands/check_report.h"
#include "daemon/controller/runtime.h"
#include "net/awaitable.h"

namespace plumbline::daemon {

/// Looks whether an account can be reached, its credentials are accepted, and its permissions are enough for what
/// manifests need. Only reads are made: whether the token may also write, no read tells. `audit_interval` is the
/// shortest of the account's sources. Both pointers must outlive the call.
Awaitable<CheckRows> check_account(AccountRuntime* account, const AccountNeeds* needs,
                                   std::chrono::milliseconds audit_interval);

}  // namespace plumbline::daemon
