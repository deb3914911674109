#include "api/resources.h"

#include <utility>

#include "api/calls.h"

namespace plumbline::api {

Awaitable<Result<JsonArray>> list_queues(const Account& account) {
  return call_for_pages(account.client, begin(account, "list_queues"));
}

Awaitable<Result<JsonArray>> list_queue_consumers(const Account& account, std::string queue_id) {
  return call_for_list(account.client, begin(account, "list_queue_consumers", {{"queue_id", std::move(queue_id)}}));
}

Awaitable<Result<JsonArray>> list_workflows(const Account& account) {
  return call_for_pages(account.client, begin(account, "list_workflows"));
}

Awaitable<Result<JsonObject>> get_workflow(const Account& account, std::string workflow_name) {
  return call_for_object(account.client, begin(account, "get_workflow", {{"workflow_name", std::move(workflow_name)}}));
}

Awaitable<Result<JsonArray>> list_durable_object_namespaces(const Account& account) {
  return call_for_pages(account.client, begin(account, "list_durable_object_namespaces"));
}

Awaitable<Result<JsonArray>> list_kv_namespaces(const Account& account) {
  return call_for_pages(account.client, begin(account, "list_kv_namespaces"));
}

Awaitable<Result<JsonArray>> list_d1_databases(const Account& account, std::string name) {
  Call call = begin(account, "list_d1_databases");
  if (!name.empty()) call.query = {{"name", std::move(name)}};
  return call_for_pages(account.client, std::move(call));
}

Awaitable<Result<JsonArray>> list_hyperdrive_configs(const Account& account) {
  return call_for_pages(account.client, begin(account, "list_hyperdrive_configs"));
}

}  // namespace plumbline::api
