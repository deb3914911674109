#include "api/resources.h"

#include <algorithm>
#include <utility>

#include "api/calls.h"

namespace plumbline::api {
namespace {

// The most that queues and D1 give at once; KV and Hyperdrive would give more.
constexpr std::size_t kPerPage = 100;
constexpr std::size_t kClassesPerPage = 1000;  // the most that the list of Durable Object namespaces allows

Call begin_queue(const Account& account, std::string_view operation, std::string queue_id) {
  Call call = begin(account, operation);
  call.path.emplace_back("queue_id", std::move(queue_id));
  return call;
}

Call begin_workflow(const Account& account, std::string_view operation, std::string workflow_name) {
  Call call = begin(account, operation);
  call.path.emplace_back("workflow_name", std::move(workflow_name));
  return call;
}

}  // namespace

Awaitable<Result<JsonArray>> list_queues(const Account& account) {
  return call_for_pages(account.client, begin(account, "list_queues"), kPerPage, {"queue_id", "queue_name"});
}

Awaitable<Result<JsonArray>> list_queue_consumers(const Account& account, std::string queue_id) {
  return call_for_list(account.client, begin_queue(account, "list_queue_consumers", std::move(queue_id)),
                       "consumer_id");
}

Awaitable<Result<JsonObject>> create_queue_consumer(const Account& account, std::string queue_id, JsonObject consumer) {
  Call call = begin_queue(account, "create_queue_consumer", std::move(queue_id));
  set_json(call, Json(std::move(consumer)));
  return call_for_object(account.client, std::move(call));
}

Awaitable<Result<JsonObject>> update_queue_consumer(const Account& account, std::string queue_id,
                                                    std::string consumer_id, JsonObject consumer) {
  Call call = begin_queue(account, "update_queue_consumer", std::move(queue_id));
  call.path.emplace_back("consumer_id", std::move(consumer_id));
  set_json(call, Json(std::move(consumer)));
  return call_for_object(account.client, std::move(call));
}

Awaitable<Result<void>> delete_queue_consumer(const Account& account, std::string queue_id, std::string consumer_id) {
  Call call = begin_queue(account, "delete_queue_consumer", std::move(queue_id));
  call.path.emplace_back("consumer_id", std::move(consumer_id));
  return call_for_nothing(account.client, std::move(call));
}

Awaitable<Result<JsonArray>> list_workflows(const Account& account) {
  return call_for_pages(account.client, begin(account, "list_workflows"), kPerPage,
                        {"name", "script_name", "class_name"});
}

Awaitable<Result<JsonObject>> get_workflow(const Account& account, std::string workflow_name) {
  return call_for_object(account.client, begin_workflow(account, "get_workflow", std::move(workflow_name)));
}

Awaitable<Result<JsonObject>> put_workflow(const Account& account, std::string workflow_name, JsonObject workflow) {
  Call call = begin_workflow(account, "put_workflow", std::move(workflow_name));
  set_json(call, Json(std::move(workflow)));
  return call_for_object(account.client, std::move(call));
}

Awaitable<Result<JsonArray>> list_durable_object_namespaces(Account account) {
  const Call call = begin(account, "list_durable_object_namespaces");
  auto items = co_await call_for_pages(account.client, call, kClassesPerPage, "id");
  if (!items) co_return items;
  // Without its name a class could be any, and none would be proven to be absent.
  const bool named =
      std::ranges::none_of(*items, [](const Json& item) { return string_member(item, "class").empty(); });
  if (!named) co_return unusable(*call.operation, "an item of the list has no class");
  co_return items;
}

Awaitable<Result<JsonArray>> list_kv_namespaces(const Account& account) {
  return call_for_pages(account.client, begin(account, "list_kv_namespaces"), kPerPage, {"id", "title"});
}

Awaitable<Result<JsonArray>> list_d1_databases(const Account& account, std::string name) {
  Call call = begin(account, "list_d1_databases");
  if (!name.empty()) call.query = {{"name", std::move(name)}};
  return call_for_pages(account.client, std::move(call), kPerPage, {"uuid", "name"});
}

Awaitable<Result<JsonArray>> list_hyperdrive_configs(const Account& account) {
  return call_for_pages(account.client, begin(account, "list_hyperdrive_configs"), kPerPage, {"id", "name"});
}

}  // namespace plumbline::api
