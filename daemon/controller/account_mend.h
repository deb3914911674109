#pragma once

#include <string>

#include "api/error.h"
#include "daemon/config/config.h"

namespace plumbline::daemon {

/// How to mend what kept the account from being read: credentials, the account's id, the API's address. Empty: it may
/// mend itself, by another try.
std::string account_mend(const api::Error& error, const AccountConfig& account);

}  // namespace plumbline::daemon
