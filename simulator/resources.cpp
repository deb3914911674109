#include <algorithm>
#include <array>

#include "simulator/endpoints.h"

/// Resources that bindings refer to, as far as they are looked up by name and id: KV, D1, R2, Hyperdrive and dispatch
/// namespaces, and namespaces of agents' memories. Their contents are not simulated. Containers are refused.
namespace plumbline::simulator {
namespace {

struct Status {
  int http;
  int code;
  std::string_view message;
};

/// How one kind of resource is listed and identified.
struct Kind {
  std::string_view path;        ///< after /accounts/:account/
  std::string_view id_field;    ///< of an item
  std::string_view name_field;  ///< of an item
  std::string_view body_name;   ///< where a create request has the name
  std::string_view wrapper;     ///< the member of `result` that holds the list; empty: none
  Status duplicate;
  Status missing;
  void (*complete)(World& world, JsonObject& item);                ///< adds the service's own members to a new one
  void (*forget)(World& world, const JsonObject& item) = nullptr;  ///< removes what belongs to it when it is deleted
};

void complete_kv(World& world, JsonObject& item) {
  item["id"] = world.ids.hex32();
  item["supports_url_encoding"] = true;
}

void complete_d1(World& world, JsonObject& item) {
  item["uuid"] = world.ids.uuid();
  item["version"] = "production";
  item["created_at"] = timestamp(world.now());
}

void complete_r2(World& world, JsonObject& item) {
  item["creation_date"] = timestamp(world.now());
  item["location"] = "WEUR";
}

void complete_hyperdrive(World& world, JsonObject& item) {
  item["id"] = world.ids.hex32();
  item["created_on"] = timestamp(world.now());
  item["modified_on"] = item["created_on"];
  // Credentials are accepted and never shown.
  if (auto* origin = item.if_contains("origin"); origin && origin->is_object()) {
    origin->get_object().erase("password");
    origin->get_object().erase("access_client_secret");
  }
}

void complete_dispatch(World& world, JsonObject& item) {
  item["namespace_id"] = world.ids.uuid();
  item["namespace_name"] = item["name"];
  item.erase("name");
  item["script_count"] = 0;
  item["created_on"] = timestamp(world.now());
  item["modified_on"] = item["created_on"];
}

void complete_memory(World& world, JsonObject& item) {
  item["id"] = world.ids.hex32();
  item["created_at"] = timestamp(world.now());
  item["updated_at"] = item["created_at"];
}

void forget_dispatch(World& world, const JsonObject& item) {
  const auto prefix = std::string(string_member(item, "namespace_name")) + '/';
  std::erase_if(world.account.dispatched, [&](const auto& entry) { return entry.first.starts_with(prefix); });
}

constexpr Kind kKv{"storage/kv/namespaces",
                   "id",
                   "title",
                   "title",
                   "",
                   {400, 10014, "create namespace: a namespace with this account ID and title already exists"},
                   {404, 10013, "get namespace: namespace not found"},
                   complete_kv};
constexpr Kind kD1{"d1/database",
                   "uuid",
                   "name",
                   "name",
                   "",
                   {400, 7502, "Database with that name already exists."},
                   {404, 7404, "The database could not be found."},
                   complete_d1};
constexpr Kind kR2{"r2/buckets",
                   "name",
                   "name",
                   "name",
                   "buckets",
                   {409, 10073, "A bucket of that name already exists."},
                   {404, 10006, "The specified bucket does not exist."},
                   complete_r2};
constexpr Kind kHyperdrive{"hyperdrive/configs",
                           "id",
                           "name",
                           "name",
                           "",
                           {409, 10040, "A configuration of that name already exists."},
                           {404, 2006, "Hyperdrive config not found."},
                           complete_hyperdrive};
constexpr Kind kDispatch{"workers/dispatch/namespaces",
                         "namespace_id",
                         "namespace_name",
                         "name",
                         "",
                         {409, 10040, "A namespace of that name already exists."},
                         {404, 100119, "workers.api.error.dispatch_namespace_not_found"},
                         complete_dispatch,
                         forget_dispatch};

constexpr Kind kMemory{"agent-memory/namespaces",
                       "id",
                       "name",
                       "name",
                       "",
                       {409, 10040, "A namespace of that name already exists."},
                       {404, 1003, "namespace not found"},
                       complete_memory};

std::unexpected<Refusal> refuse_with(const Status& status) {
  return refuse(status.http, status.code, std::string(status.message));
}

/// An item by its id or its name: some clients look up by either.
std::vector<JsonObject>::iterator find_item(std::vector<JsonObject>& items, const Kind& kind, std::string_view key) {
  return std::ranges::find_if(items, [&](const JsonObject& item) {
    return string_member(item, kind.id_field) == key || string_member(item, kind.name_field) == key;
  });
}

template <const Kind& kKind>
Outcome list_items(Call& call) {
  constexpr std::size_t kMostPerPage = 1000;
  const auto page = page_of(call, 20, kMostPerPage);
  if (!page) return std::unexpected(page.error());
  const auto name = call.query("name");
  std::vector<const JsonObject*> found;
  for (const auto& item : call.world.account.resources[std::string(kKind.path)]) {
    if (!name || string_member(item, kKind.name_field) == *name) found.push_back(&item);
  }
  JsonArray items;
  const auto [begin, end] = page->bounds(found.size());
  for (auto i = begin; i < end; ++i) items.push_back(*found[i]);
  const PageInfo info{page->number, page->size, items.size(), found.size()};
  if (kKind.wrapper.empty()) return success(items, info);
  return success(JsonObject{{kKind.wrapper, std::move(items)}}, info);
}

template <const Kind& kKind>
Outcome create_item(Call& call) {
  auto body = call.json_object();
  if (!body) return std::unexpected(body.error());
  const auto name = string_member(*body, kKind.body_name);
  if (name.empty()) return refuse(400, 10001, "The name is required.");
  auto& items = call.world.account.resources[std::string(kKind.path)];
  if (find_item(items, kKind, name) != items.end()) return refuse_with(kKind.duplicate);
  kKind.complete(call.world, *body);
  items.push_back(std::move(*body));
  return success(items.back());
}

template <const Kind& kKind>
Outcome get_item(Call& call) {
  auto& items = call.world.account.resources[std::string(kKind.path)];
  const auto found = find_item(items, kKind, call.params[1]);
  if (found == items.end()) return refuse_with(kKind.missing);
  return success(*found);
}

template <const Kind& kKind>
Outcome delete_item(Call& call) {
  auto& items = call.world.account.resources[std::string(kKind.path)];
  const auto found = find_item(items, kKind, call.params[1]);
  if (found == items.end()) return refuse_with(kKind.missing);
  if (kKind.forget) kKind.forget(call.world, *found);
  items.erase(found);
  return success(nullptr);
}

/// The account has no application of containers. wrangler asks for them before it makes one, and shows nothing of a
/// refusal there but its status.
Outcome list_no_containers(Call& /*call*/) {
  return success(JsonArray());
}

/// Containers are images that run, of which nothing is simulated. The message of 400, and of no other status, is what
/// wrangler shows (wrangler-dist/cli.js, createApplication).
Outcome refuse_containers(Call& /*call*/) {
  return refuse(400, 10067, "Containers are not enabled: the simulator has none.");
}

constexpr std::array kResourcesEndpoints{
    Endpoint{"GET", "/accounts/:account/storage/kv/namespaces", list_items<kKv>},
    Endpoint{"POST", "/accounts/:account/storage/kv/namespaces", create_item<kKv>},
    Endpoint{"GET", "/accounts/:account/storage/kv/namespaces/:id", get_item<kKv>},
    Endpoint{"DELETE", "/accounts/:account/storage/kv/namespaces/:id", delete_item<kKv>},
    Endpoint{"GET", "/accounts/:account/d1/database", list_items<kD1>},
    Endpoint{"POST", "/accounts/:account/d1/database", create_item<kD1>},
    Endpoint{"GET", "/accounts/:account/d1/database/:id", get_item<kD1>},
    Endpoint{"DELETE", "/accounts/:account/d1/database/:id", delete_item<kD1>},
    Endpoint{"GET", "/accounts/:account/r2/buckets", list_items<kR2>},
    Endpoint{"POST", "/accounts/:account/r2/buckets", create_item<kR2>},
    Endpoint{"GET", "/accounts/:account/r2/buckets/:id", get_item<kR2>},
    Endpoint{"DELETE", "/accounts/:account/r2/buckets/:id", delete_item<kR2>},
    Endpoint{"GET", "/accounts/:account/hyperdrive/configs", list_items<kHyperdrive>},
    Endpoint{"POST", "/accounts/:account/hyperdrive/configs", create_item<kHyperdrive>},
    Endpoint{"GET", "/accounts/:account/hyperdrive/configs/:id", get_item<kHyperdrive>},
    Endpoint{"DELETE", "/accounts/:account/hyperdrive/configs/:id", delete_item<kHyperdrive>},
    Endpoint{"GET", "/accounts/:account/workers/dispatch/namespaces", list_items<kDispatch>},
    Endpoint{"POST", "/accounts/:account/workers/dispatch/namespaces", create_item<kDispatch>},
    Endpoint{"GET", "/accounts/:account/workers/dispatch/namespaces/:id", get_item<kDispatch>},
    Endpoint{"DELETE", "/accounts/:account/workers/dispatch/namespaces/:id", delete_item<kDispatch>},
    Endpoint{"GET", "/accounts/:account/agent-memory/namespaces", list_items<kMemory>},
    Endpoint{"POST", "/accounts/:account/agent-memory/namespaces", create_item<kMemory>},
    Endpoint{"GET", "/accounts/:account/agent-memory/namespaces/:id", get_item<kMemory>},
    Endpoint{"DELETE", "/accounts/:account/agent-memory/namespaces/:id", delete_item<kMemory>},
    Endpoint{"GET", "/accounts/:account/containers/me", refuse_containers},
    Endpoint{"GET", "/accounts/:account/containers/applications", list_no_containers},
    Endpoint{"GET", "/accounts/:account/containers/dash/applications", list_no_containers},
    Endpoint{"POST", "/accounts/:account/containers/applications", refuse_containers},
    Endpoint{"GET", "/accounts/:account/containers/applications/:id", refuse_containers},
    Endpoint{"PATCH", "/accounts/:account/containers/applications/:id", refuse_containers},
    Endpoint{"DELETE", "/accounts/:account/containers/applications/:id", refuse_containers},
};

}  // namespace

std::span<const Endpoint> resource_endpoints() {
  return kResourcesEndpoints;
}

}  // namespace plumbline::simulator
