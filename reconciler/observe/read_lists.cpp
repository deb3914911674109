#include "reconciler/observe/read_lists.h"

#include "api/resources.h"
#include "reconciler/parts/consumers.h"
#include "reconciler/parts/workflows.h"

namespace plumbline::reconciler {
namespace {

Awaitable<api::Result<JsonArray>> list(const api::Account& account, ResourceKind kind) {
  switch (kind) {
    case ResourceKind::kv_namespace:
      return api::list_kv_namespaces(account);
    case ResourceKind::d1_database:
      return api::list_d1_databases(account, "");
    case ResourceKind::hyperdrive_config:
      return api::list_hyperdrive_configs(account);
  }
  return api::list_kv_namespaces(account);
}

// Under which names an item of the list tells its id and its name.
struct ItemKeys {
  std::string_view id;
  std::string_view name;
};

ItemKeys keys_of(ResourceKind kind) {
  if (kind == ResourceKind::kv_namespace) return {"id", "title"};
  if (kind == ResourceKind::d1_database) return {"uuid", "name"};
  return {"id", "name"};
}

}  // namespace

Awaitable<> read_resources(api::Account account, ResourceKind kind, LiveState* live) {
  auto items = co_await list(account, kind);
  auto& known = live->resources[kind];
  if (!items) {
    known.failure = std::move(items.error());
    co_return;
  }
  const auto keys = keys_of(kind);
  ResourceIds ids;
  for (const auto& item : *items) {
    ids[std::string(string_member(item, keys.name))].emplace_back(string_member(item, keys.id));
  }
  known.items = Part<ResourceIds>::known(std::move(ids));
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
    live->durable_classes.items = Part<DurableClasses>::known(durable_classes_of(*items));
  } else {
    live->durable_classes.failure = std::move(items.error());
  }
}

}  // namespace plumbline::reconciler
