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

}  // namespace plumbline::api
