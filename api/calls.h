#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "api/multipart.h"
#include "api/workers.h"

/// The parts that the typed calls are made of: how a call is begun, and what its result must be. A
/// result of another type than documented is a broken answer (ErrorKind::server), never an empty
/// one. `client` outlives the call; texts are literals.
namespace plumbline::api {

Call begin(const Account& account, std::string_view operation);
Call begin_script(const Account& account, std::string_view operation, std::string name);

/// The body as it is, with the content type of the operation's row.
void set_body(Call& call, std::string body);
/// Wipes `body` once it is written.
void set_json(Call& call, Json body);
void set_form(Call& call, Form form);

/// `Bearer <token>`, written into one buffer of the right size: formatting leaves copies behind.
std::string bearer(const Secret& token);

std::unexpected<Error> unusable(const Operation& operation, std::string message);

Awaitable<Result<JsonObject>> call_for_object(Client* client, Call call);

/// A list of objects each of which has a text under `key`, by which they are told apart: were one
/// without it passed over, it would look like a deleted one.
Awaitable<Result<JsonArray>> call_for_list(Client* client, Call call, std::string_view key);

/// Such a list in a member of the result: `{schedules: […]}`.
Awaitable<Result<JsonArray>> call_for_list_in(Client* client, Call call, std::string_view within, std::string_view key);

/// All pages of such a list, or an error. A short page is the last (total_pages may be absent) unless
/// total_count says otherwise; a server that repeats a page, or never ends, is an error.
Awaitable<Result<JsonArray>> call_for_pages(Client* client, Call call, std::size_t per_page, std::string_view key);

Awaitable<Result<void>> call_for_nothing(Client* client, Call call);

/// A delete whose object is gone already, which the code `gone` under 404 says, has what it wants.
/// Any other 404 (7003, a wrong account) deleted nothing.
Awaitable<Result<void>> call_to_delete(Client* client, Call call, int gone);

}  // namespace plumbline::api
