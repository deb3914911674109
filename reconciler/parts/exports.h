#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "reconciler/model/account_lists.h"
#include "reconciler/model/live.h"
#include "reconciler/model/plan.h"
#include "reconciler/model/target.h"

/// The setting `exports`: Durable Object classes and workflows of a Worker, each with what becomes of it
/// (https://developers.cloudflare.com/durable-objects/reference/durable-objects-migrations/). Which classes exist is
/// told by the account's list of Durable Object namespaces; the `exports` that the list of Workers shows and bindings
/// to own classes only add to it, so that one entry that is missing once ends nothing.
namespace plumbline::reconciler {

struct AccountView;

/// nullptr where the manifest states none.
const JsonObject* stated_exports(const Target& target);

/// Whether one of them says that a class or a workflow is no longer there.
bool has_tombstones(const JsonObject& exports);

/// The exports that are there. What was done with the others is done: said again, it could end a class that was made
/// anew.
Json standing_exports(const Json& exports);

/// Classes with data that `desired` leaves out, by name. `live` may be null. Leaving one out is no way of not managing
/// it: a class is declared as long as it has data.
std::vector<std::string> omitted_classes(const Json* live, const Json& desired);

/// Classes that a Worker has, as far as anything tells. `live` may be null.
DurableClasses::Names classes_of(const std::string& worker, const LiveWorker* live, const LiveState& all);

/// What the exports of a manifest end.
std::vector<Ended> ended_by_exports(const Target& target, const LiveWorker* live, const AccountView& account);

/// Whether a change that is pending makes or gets the class `name`, which the live Worker is not seen to have.
bool brings_class(const Target& target, const LiveWorker& live, const LiveState& all, const std::string& name);

}  // namespace plumbline::reconciler
