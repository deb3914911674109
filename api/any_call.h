#pragma once

#include <vector>

#include "api/operation_table.h"
#include "api/workers.h"

/// Calls of any row of the endpoint table. Plans send their calls through these functions, and lost writes are looked
/// for with them. `parameters` are those of the row's path, without `account_id`. The client of `account` must outlive
/// the call. Errors: any ErrorKind, see Client::call().
namespace plumbline::api {

/// The content of a call beside its path.
struct Payload {
  Json document{};                ///< the JSON body, or the part `metadata` or `settings` of a form; null: none
  std::vector<Module> modules{};  ///< for a form with code: its modules; for a script: the one module
};

/// Sends a write. The payload is encoded as the row says, then wiped, because bindings may hold the values of secrets.
/// Returns the result if it is an object, otherwise an empty one. A delete of something that is already gone succeeds.
/// For `begin_by` see Call.
Awaitable<Result<JsonObject>> write(const Account& account, OperationRef operation, Parameters parameters = {},
                                    Payload payload = {}, BeginBy begin_by = {});

/// Reads one object. A result of another type is an error (kind_of_no_answer()).
Awaitable<Result<JsonObject>> read_object(const Account& account, const Operation& operation, Parameters parameters);

/// Reads a whole list, with all of its pages if it has pages; or an error, never a part of it.
Awaitable<Result<JsonArray>> read_list(const Account& account, const Operation& operation, Parameters parameters);

}  // namespace plumbline::api
