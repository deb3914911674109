#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "api/multipart.h"
#include "api/workers.h"

/// The parts that the typed calls are made of: how a call is begun, and what its result must be. A
/// result of another type than documented is no answer (kind_of_no_answer()), never an empty
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

/// An object that nobody needs: null and no answer at all are an empty one.
Awaitable<Result<JsonObject>> call_for_object_if_any(Client* client, Call call);

/// What every item of a list must hold as a text that is not empty, the first of which tells the items apart. A list
/// with an item that lacks one, or with two items under the same identity, is no list: were the item passed over, what
/// it stands for would look deleted.
struct ItemKeys {
  std::string_view identity;  ///< `id`
  std::string_view name{};    ///< `pattern`; empty: no more than the identity is needed
  std::string_view target{};  ///< `service`; may be empty

  /// NOLINTNEXTLINE(google-explicit-constructor): most lists need one key alone.
  constexpr ItemKeys(std::string_view id, std::string_view named = {}, std::string_view leads_to = {})
      : identity(id), name(named), target(leads_to) {}
  // NOLINTNEXTLINE(google-explicit-constructor)
  constexpr ItemKeys(const char* id) : identity(id) {}
};

/// A list of objects that have `keys`.
Awaitable<Result<JsonArray>> call_for_list(Client* client, Call call, ItemKeys keys);

/// Such a list in a member of the result: `{schedules: […]}`.
Awaitable<Result<JsonArray>> call_for_list_in(Client* client, Call call, std::string_view within, ItemKeys keys);

/// Whether a list in pages has to tell how many items it has.
enum class TotalCount { if_told, required };

/// All pages of such a list, or an error. A short page is the last (total_pages may be absent) unless
/// total_count says otherwise. A server that repeats a page or an item, tells another total_count on another page or
/// one that is not what was read, or never ends, gave no list.
Awaitable<Result<JsonArray>> call_for_pages(Client* client, Call call, std::size_t per_page, ItemKeys keys,
                                            TotalCount total = TotalCount::if_told);

Awaitable<Result<void>> call_for_nothing(Client* client, Call call);

/// A delete whose object is gone already, which the code `gone` under 404 says, has what it wants.
/// Any other 404 (7003, a wrong account) deleted nothing.
Awaitable<Result<void>> call_to_delete(Client* client, Call call, int gone);

}  // namespace plumbline::api
