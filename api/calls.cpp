#include "api/calls.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "api/envelope.h"

namespace plumbline::api {
namespace {

// A limit for a server whose list never ends.
constexpr std::size_t kMostPages = 1'000;

// A result of another type than documented is a broken answer, never an empty one.
Result<JsonObject> as_object(const Operation& operation, Json value) {
  if (!value.is_object()) return unusable(operation, "the result is not an object");
  return std::move(value.get_object());
}

Result<JsonArray> as_array_of_objects(const Operation& operation, Json value) {
  if (!value.is_array()) return unusable(operation, "the result is not a list");
  JsonArray& items = value.get_array();
  if (!std::ranges::all_of(items, [](const Json& item) { return item.is_object(); })) {
    return unusable(operation, "the list holds something other than objects");
  }
  return std::move(items);
}

// The first identity that two items share; nothing if all differ.
std::optional<std::string> repeated(const JsonArray& items, std::string_view identity) {
  std::set<std::string_view> seen;
  for (const Json& item : items) {
    const auto value = string_member(item, identity);
    if (!seen.insert(value).second) return std::string(value);
  }
  return std::nullopt;
}

// Every item must have its identity: an item without one would look deleted.
Result<JsonArray> with_keys(const Operation& operation, const Items& keys, Result<JsonArray> items) {
  if (!items) return items;
  for (const auto key : {keys.identity, keys.name, keys.target}) {
    const auto lacks = [key](const Json& item) { return string_member(item, key).empty(); };
    if (!key.empty() && std::ranges::any_of(*items, lacks)) {
      return unusable(operation, "an item of the list has no " + std::string(key));
    }
  }
  return items;
}

Result<JsonArray> told_apart(const Operation& operation, const Items& keys, Result<JsonArray> items) {
  if (!items) return items;
  if (const auto twice = repeated(*items, keys.identity)) {
    return unusable(operation, "two items of the list have the " + std::string(keys.identity) + " " + *twice);
  }
  return items;
}

Result<JsonArray> checked(const Operation& operation, Result<JsonArray> items) {
  return told_apart(operation, operation.items, with_keys(operation, operation.items, std::move(items)));
}

// The list itself, or the member of the result that holds it.
Result<JsonArray> list_in(const Operation& operation, Json result) {
  const auto within = operation.items.within;
  if (within.empty()) return as_array_of_objects(operation, std::move(result));
  auto object = as_object(operation, std::move(result));
  if (!object) return std::unexpected(std::move(object.error()));
  Json* const list = object->if_contains(within);
  if (list == nullptr) return unusable(operation, "the result has no " + std::string(within));
  return as_array_of_objects(operation, std::move(*list));
}

// The `total_count` of a result_info, if it has one.
std::optional<std::size_t> total_in(const Json& info) {
  const Json* const total = member(info, "total_count");
  if (total == nullptr || !total->is_number()) return std::nullopt;
  boost::system::error_code error;
  const auto count = total->to_number<std::size_t>(error);
  if (error) return std::nullopt;
  return count;
}

// Collects the pages of one list.
class Pages {
 public:
  Pages(const Operation& operation, TotalCount total)
      : operation_(operation),
        per_page_(static_cast<std::size_t>(operation.items.per_page)),
        required_(total == TotalCount::required) {}

  // Returns true once the list is complete.
  Result<bool> take(Answer answer) {
    auto items = with_keys(operation_, operation_.items, as_array_of_objects(operation_, std::move(answer.result)));
    if (!items) return std::unexpected(std::move(items.error()));
    const auto total = total_in(answer.result_info);
    if (!total && required_) return unusable(operation_, "the list does not state its total_count");
    if (read_ > 0 && total != total_) return unusable(operation_, "the total_count differs from page to page");
    total_ = total;
    ++read_;
    const std::size_t count = items->size();
    for (const Json& item : *items) {
      if (!seen_.emplace(string_member(item, operation_.items.identity)).second) {
        return unusable(operation_, "the same page, or the same item, came twice");
      }
    }
    std::ranges::move(*items, std::back_inserter(all_));
    if (total && all_.size() > *total) return unusable(operation_, "the list is longer than its total_count");
    // A server may put fewer items on a page than asked for, so its own count decides if it reports one.
    if (count < per_page_ && all_.size() >= total.value_or(0)) return true;
    // A full page may be the last: the count, if there is one, saves a call for an empty page.
    if (total && *total > 0 && all_.size() == *total) return true;
    if (count == 0) return unusable(operation_, "the list is shorter than its total_count");
    return false;
  }

  JsonArray all() && { return std::move(all_); }

 private:
  const Operation& operation_;
  std::size_t per_page_;
  bool required_;
  std::optional<std::size_t> total_;
  std::size_t read_ = 0;
  std::set<std::string> seen_;
  JsonArray all_;
};

}  // namespace

Call begin(const Account& account, const Operation& operation, Parameters parameters) {
  Call call;
  call.operation = &operation;
  call.path = {{"account_id", account.id}};
  std::ranges::move(parameters, std::back_inserter(call.path));
  call.query = query_of(operation);
  call.priority = account.priority;
  call.tally = account.tally;
  return call;
}

Call begin_script(const Account& account, OperationRef operation, std::string name) {
  return begin(account, operation, {{"script_name", std::move(name)}});
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
  return std::unexpected(make_error(operation, kind_of_no_answer(operation), std::move(message)));
}

Awaitable<Result<JsonObject>> call_for_object(Client* client, Call call) {
  const Operation& operation = *call.operation;
  auto answer = co_await client->call(std::move(call));
  if (!answer) co_return std::unexpected(std::move(answer.error()));
  co_return as_object(operation, std::move(answer->result));
}

Result<JsonArray> items_of(const Operation& operation, Json result) {
  return checked(operation, list_in(operation, std::move(result)));
}

Awaitable<Result<JsonArray>> call_for_list(Client* client, Call call) {
  const Operation& operation = *call.operation;
  auto answer = co_await client->call(std::move(call));
  if (!answer) co_return std::unexpected(std::move(answer.error()));
  co_return items_of(operation, std::move(answer->result));
}

Awaitable<Result<JsonArray>> call_for_pages(Client* client, Call call, TotalCount total) {
  const Operation& operation = *call.operation;
  Pages pages(operation, total);
  for (std::size_t page = 1; page <= kMostPages; ++page) {
    Call paged = call;
    paged.query.emplace_back("page", std::to_string(page));
    paged.query.emplace_back("per_page", std::to_string(operation.items.per_page));
    auto answer = co_await client->call(std::move(paged));
    if (!answer) co_return std::unexpected(std::move(answer.error()));
    const auto whole = pages.take(std::move(*answer));
    if (!whole) co_return std::unexpected(whole.error());
    if (*whole) co_return std::move(pages).all();
  }
  co_return unusable(operation, "the list does not end");
}

}  // namespace plumbline::api
