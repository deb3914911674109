#pragma once

#include <vector>

#include "api/operation_table.h"
#include "api/workers.h"

/// Calls of any row of the endpoint table: what a plan's calls are sent by, and how a lost one is looked for. The
/// client outlives the call. Parameters are those of the row's path but for `account_id`.
namespace plumbline::api {

/// What a call says beside its path.
struct Payload {
  Json document{};                ///< JSON, or the part `metadata` or `settings` of a form; null: none
  std::vector<Module> modules{};  ///< of a form with code; the one of a script
};

/// Encodes the payload as the row says, and wipes it: bindings may hold the values of secrets. Gives the result where
/// it is an object, else an empty one. A delete of what is gone already has what it wants. `begin_by`: see Call.
Awaitable<Result<JsonObject>> write(const Account& account, OperationRef operation, Parameters parameters = {},
                                    Payload payload = {}, BeginBy begin_by = {});

Awaitable<Result<JsonObject>> read_object(const Account& account, const Operation& operation, Parameters parameters);

/// All of a list, or an error; from all of its pages where it has some.
Awaitable<Result<JsonArray>> read_list(const Account& account, const Operation& operation, Parameters parameters);

}  // namespace plumbline::api
