#pragma once

#include <set>
#include <string>

#include "api/workers.h"
#include "net/awaitable.h"

/// That there is no Worker of a name is never taken from a list alone: a proxy may drop a page, an answer may be cut, a
/// person may deploy while a pass goes on, and an upload over what is there takes its code, its bindings and its owner
/// away. A second read proves it: of the Worker by its name, or, where that is fewer calls, of the beta list, which
/// tells how many Workers there are.
namespace plumbline::reconciler {

using net::Awaitable;

/// GET …/settings of the Worker: true if there is none.
Awaitable<api::Result<bool>> is_absent(api::Account account, std::string worker);

/// The names of all Workers by the beta list, which is whole by its own count; an error where the account has no such
/// list.
Awaitable<api::Result<std::set<std::string>>> names_in_beta_list(api::Account account);

/// Said of a Worker that the list does not show and that is there all the same.
api::Error not_in_the_list();

}  // namespace plumbline::reconciler
