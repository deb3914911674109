#pragma once

#include <set>
#include <string>

#include "api/workers.h"
#include "net/awaitable.h"

/// Proves that no Worker has a given name. A list alone is not enough: a proxy may drop a page, an answer may be cut, a
/// person may deploy while a pass runs, and an upload over an existing Worker would replace its code, bindings and
/// owner. So a second read proves it: of the Worker by its name or, if that takes fewer calls, of the beta list, which
/// tells how many Workers there are.
namespace plumbline::reconciler {

using net::Awaitable;

/// Reads GET …/settings of the Worker; true if it does not exist. Errors: any but the one that says that the Worker is
/// gone.
Awaitable<api::Result<bool>> is_absent(api::Account account, std::string worker);

/// The names of all Workers from the beta list, which is complete by its own count. An error if the account has no such
/// list.
Awaitable<api::Result<std::set<std::string>>> names_in_beta_list(api::Account account);

/// The error for a Worker that exists although the list does not show it.
api::Error not_in_the_list();

}  // namespace plumbline::reconciler
