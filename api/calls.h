#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "api/multipart.h"
#include "api/operation_table.h"
#include "api/workers.h"

/// The parts that the typed calls are made of: how a call is begun, and what its result must be. A
/// result of another type than documented is no answer (kind_of_no_answer()), never an empty
/// one. `client` outlives the call; texts are literals.
namespace plumbline::api {

/// With the query that the row always asks for.
Call begin(const Account& account, const Operation& operation, Parameters parameters = {});
inline Call begin(const Account& account, OperationRef operation, Parameters parameters = {}) {
  return begin(account, *operation, std::move(parameters));
}
Call begin_script(const Account& account, OperationRef operation, std::string name);

/// The body as it is, with the content type of the operation's row.
void set_body(Call& call, std::string body);
/// Wipes `body` once it is written.
void set_json(Call& call, Json body);
void set_form(Call& call, Form form);

/// `Bearer <token>`, written into one buffer of the right size: formatting leaves copies behind.
std::string bearer(const Secret& token);

std::unexpected<Error> unusable(const Operation& operation, std::string message);

Awaitable<Result<JsonObject>> call_for_object(Client* client, Call call);

/// The list in a result, or in a member of it, if its items have the keys of their row.
Result<JsonArray> items_of(const Operation& operation, Json result);

/// A list of objects that have the keys of their row (see Items), from the result or from a member of it. The one page
/// of a list in pages is none: see call_for_pages().
Awaitable<Result<JsonArray>> call_for_list(Client* client, Call call);

/// Whether a list in pages has to tell how many items it has.
enum class TotalCount { if_told, required };

/// All pages of such a list, or an error. A short page is the last (total_pages may be absent) unless
/// total_count says otherwise. A server that repeats a page or an item, tells another total_count on another page or
/// one that is not what was read, or never ends, gave no list.
Awaitable<Result<JsonArray>> call_for_pages(Client* client, Call call, TotalCount total = TotalCount::if_told);

}  // namespace plumbline::api
