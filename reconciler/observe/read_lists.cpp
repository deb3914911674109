#include "reconciler/observe/read_lists.h"

#include "api/any_call.h"
#include "api/resources.h"
#include "reconciler/parts/consumers.h"
#include "reconciler/parts/workflows.h"

namespace plumbline::reconciler {
namespace {

api::OperationRef list_of(ResourceKind kind) {
  switch (kind) {
    case ResourceKind::kv_namespace:
      return "list_kv_namespaces";
    case ResourceKind::d1_database:
      return "list_d1_databases";
    case ResourceKind::hyperdrive_config:
      return "list_hyperdrive_configs";
  }
  return "list_kv_namespaces";
}

}  // namespace

Awaitable<> read_resources(api::Account account, ResourceKind kind, LiveState* live) {
  const auto& list = *list_of(kind);
  auto items = co_await api::read_list(account, list, {});
  auto& known = live->resources[kind];
  if (!items) {
    known.failure = std::move(items.error());
    co_return;
  }
  ResourceIds ids;
  for (const auto& item : *items) {
    ids[std::string(string_member(item, list.items.name))].emplace_back(string_member(item, list.items.identity));
  }
  known.items = Known<ResourceIds>::known(std::move(ids));
}

Awaitable<> read_queues(api::Account account, LiveState* live) {
  auto items = co_await api::list_queues(account);
  const auto unreadable = items ? unreadable_queue(*items) : std::nullopt;
  if (unreadable) {
    live->queues.failure = own_error(api::ErrorKind::server, *unreadable);
    live->queues.failure->operation = "list_queues";
  } else if (items) {
    set_queues(*live, queues_of(*items));
  } else {
    live->queues.failure = std::move(items.error());
  }
}

Awaitable<> read_workflows(api::Account account, LiveState* live) {
  auto items = co_await api::list_workflows(account);
  if (items) {
    set_workflows(*live, workflows_of(*items));
  } else {
    live->workflows.failure = std::move(items.error());
  }
}

Awaitable<> read_durable_classes(api::Account account, LiveState* live) {
  auto items = co_await api::list_durable_object_namespaces(account);
  if (items) {
    live->durable_classes.items = Known<DurableClasses>::known(durable_classes_of(*items));
  } else {
    live->durable_classes.failure = std::move(items.error());
  }
}

}  // namespace plumbline::reconciler
