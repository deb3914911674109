#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "api/multipart.h"
#include "api/operation_table.h"
#include "api/workers.h"

/// Building blocks of the typed calls: how a call starts, and what its result must be. A result of another type than
/// documented is an error (kind_of_no_answer()), never an empty result. `client` must outlive the call.
namespace plumbline::api {

/// A call with the query that the row always asks for.
Call begin(const Account& account, const Operation& operation, Parameters parameters = {});
inline Call begin(const Account& account, OperationRef operation, Parameters parameters = {}) {
  return begin(account, *operation, std::move(parameters));
}
Call begin_script(const Account& account, OperationRef operation, std::string name);

/// Sets the body as it is, with the content type of the operation's row.
void set_body(Call& call, std::string body);
/// Sets the body as JSON, then wipes `body`.
void set_json(Call& call, Json body);
void set_form(Call& call, Form form);

/// `Bearer <token>`, written into one buffer of the right size, because formatting leaves copies of the token behind.
/// The caller wipes it.
std::string bearer(const Secret& token);

std::unexpected<Error> unusable(const Operation& operation, std::string message);

/// The error for a 2xx whose result is not what the row documents.
Awaitable<Result<JsonObject>> call_for_object(Client* client, Call call);

/// The list in a result, or in the member of it that the row names. An error if an item lacks a key of the row (see
/// Items).
Result<JsonArray> items_of(const Operation& operation, Json result);

/// Reads a list of objects, from the result or from a member of it. An error if an item lacks a key of the row (see
/// Items). Not for lists in pages, whose first page is not the list: see call_for_pages().
Awaitable<Result<JsonArray>> call_for_list(Client* client, Call call);

/// Whether a list in pages must tell its total_count.
enum class TotalCount { if_told, required };

/// Reads all pages of a list, or returns an error. A short page is the last one (total_pages may be absent) unless
/// total_count says otherwise. These are errors: a page or an item comes twice, total_count differs from page to page
/// or from what was read, or the pages never end.
Awaitable<Result<JsonArray>> call_for_pages(Client* client, Call call, TotalCount total = TotalCount::if_told);

}  // namespace plumbline::api
