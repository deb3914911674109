#include "api/calls.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "api/envelope.h"

namespace plumbline::api {
namespace {

// A server that never comes to an end must not hold us for ever.
constexpr std::size_t kMostPages = 1'000;

// A result of another type than documented is a broken answer, never an empty one.
Result<JsonObject> as_object(const Operation& operation, Json value) {
  if (!value.is_object()) return unusable(operation, "the result is no object");
  return std::move(value.get_object());
}

Result<JsonArray> as_array_of_objects(const Operation& operation, Json value) {
  if (!value.is_array()) return unusable(operation, "the result is no list");
  JsonArray& items = value.get_array();
  if (!std::ranges::all_of(items, [](const Json& item) { return item.is_object(); })) {
    return unusable(operation, "the list holds something else than objects");
  }
  return std::move(items);
}

// What tells the items apart must be there, or a missing one would look like a deleted one.
Result<JsonArray> identified_by(const Operation& operation, std::string_view key, Result<JsonArray> items) {
  if (!items) return items;
  const bool complete =
      std::ranges::none_of(*items, [&](const Json& item) { return string_member(item, key).empty(); });
  if (!complete) return unusable(operation, "an item of the list has no " + std::string(key));
  return items;
}

// `total_count` of a result_info; 0 if it tells none.
std::size_t total_in(const Json& info) {
  const Json* const total = member(info, "total_count");
  if (total == nullptr || !total->is_number()) return 0;
  boost::system::error_code error;
  const auto count = total->to_number<std::size_t>(error);
  return error ? 0 : count;
}

}  // namespace

Call begin(const Account& account, std::string_view operation) {
  Call call;
  call.operation = find_operation(operation);
  call.path = {{"account_id", account.id}};
  call.priority = account.priority;
  return call;
}

Call begin_script(const Account& account, std::string_view operation, std::string name) {
  Call call = begin(account, operation);
  call.path.emplace_back("script_name", std::move(name));
  return call;
}

void set_body(Call& call, std::string body) {
  call.content_type = content_type_of(call.operation->body);
  call.body = std::move(body);
}

void set_json(Call& call, Json body) {
  set_body(call, to_secret_text(body));
  wipe(body);
}

void set_form(Call& call, Form form) {
  call.content_type = std::move(form.content_type);
  call.body = std::move(form.body);
}

std::string bearer(const Secret& token) {
  constexpr std::string_view kScheme = "Bearer ";
  std::string value;
  value.reserve(kScheme.size() + token.reveal().size());
  value.append(kScheme).append(token.reveal());
  return value;
}

std::unexpected<Error> unusable(const Operation& operation, std::string message) {
  return std::unexpected(make_error(operation, ErrorKind::server, std::move(message)));
}

Awaitable<Result<JsonObject>> call_for_object(Client* client, Call call) {
  const Operation& operation = *call.operation;
  auto answer = co_await client->call(std::move(call));
  if (!answer) co_return std::unexpected(std::move(answer.error()));
  co_return as_object(operation, std::move(answer->result));
}

Awaitable<Result<JsonArray>> call_for_list(Client* client, Call call, std::string_view key) {
  const Operation& operation = *call.operation;
  auto answer = co_await client->call(std::move(call));
  if (!answer) co_return std::unexpected(std::move(answer.error()));
  co_return identified_by(operation, key, as_array_of_objects(operation, std::move(answer->result)));
}

Awaitable<Result<JsonArray>> call_for_list_in(Client* client, Call call, std::string_view within,
                                              std::string_view key) {
  const Operation& operation = *call.operation;
  auto object = co_await call_for_object(client, std::move(call));
  if (!object) co_return std::unexpected(std::move(object.error()));
  Json* const list = object->if_contains(within);
  if (list == nullptr) co_return unusable(operation, "the result has no " + std::string(within));
  co_return identified_by(operation, key, as_array_of_objects(operation, std::move(*list)));
}

Awaitable<Result<void>> call_for_nothing(Client* client, Call call) {
  auto answer = co_await client->call(std::move(call));
  if (!answer) co_return std::unexpected(std::move(answer.error()));
  co_return Result<void>();
}

Awaitable<Result<void>> call_to_delete(Client* client, Call call, int gone) {
  auto answer = co_await client->call(std::move(call));
  if (answer) co_return Result<void>();
  if (answer.error().kind == ErrorKind::not_found && answer.error().code == gone) {
    co_return Result<void>();
  }
  co_return std::unexpected(std::move(answer.error()));
}

Awaitable<Result<JsonArray>> call_for_pages(Client* client, Call call, std::size_t per_page, std::string_view key) {
  const Operation& operation = *call.operation;
  JsonArray all;
  std::string first_of_last_page;
  for (std::size_t page = 1; page <= kMostPages; ++page) {
    Call paged = call;
    paged.query.emplace_back("page", std::to_string(page));
    paged.query.emplace_back("per_page", std::to_string(per_page));
    auto answer = co_await client->call(std::move(paged));
    if (!answer) co_return std::unexpected(std::move(answer.error()));
    auto items = identified_by(operation, key, as_array_of_objects(operation, std::move(answer->result)));
    if (!items) co_return std::unexpected(std::move(items.error()));

    const std::size_t count = items->size();
    std::string first(count == 0 ? std::string_view() : string_member(items->front(), key));
    if (count != 0 && first == first_of_last_page) co_return unusable(operation, "a page came twice");
    first_of_last_page = std::move(first);
    std::ranges::move(*items, std::back_inserter(all));
    // A server may give less a page than it was asked for; its own count, if it tells one, decides.
    const bool complete = all.size() >= total_in(answer->result_info);
    if (count < per_page && complete) co_return std::move(all);
    if (count == 0) co_return unusable(operation, "the list is shorter than its total_count");
  }
  co_return unusable(operation, "the list does not end");
}

}  // namespace plumbline::api
