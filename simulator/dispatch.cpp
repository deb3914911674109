#include <algorithm>
#include <array>

#include "simulator/bindings.h"
#include "simulator/endpoints.h"
#include "simulator/secrets.h"
#include "simulator/settings.h"
#include "simulator/settings_patch.h"
#include "simulator/uploads.h"
#include "simulator/worker_views.h"

/// Workers for Platforms: Workers in a dispatch namespace, below
/// /accounts/:account/workers/dispatch/namespaces/:namespace/scripts. They have no routes, schedules or
/// subdomain, and are in no list of the account.
namespace plumbline::simulator {
namespace {

std::string key_of(const Call& call) {
  return call.params[1] + '/' + call.params[2];
}

JsonObject* find_namespace(World& world, std::string_view name) {
  auto& namespaces = world.account.resources["workers/dispatch/namespaces"];
  const auto found = std::ranges::find_if(
      namespaces, [&](const JsonObject& item) { return string_member(item, "namespace_name") == name; });
  return found == namespaces.end() ? nullptr : &*found;
}

std::unexpected<Refusal> no_such_namespace() {
  return refuse(404, 100119, "workers.api.error.dispatch_namespace_not_found");
}

/// The Worker of a call's path: 404/100119 without its namespace, 404/10092 without itself.
Try<Worker*> worker_of(const Call& call) {
  if (!find_namespace(call.world, call.params[1])) return no_such_namespace();
  auto& workers = call.world.account.dispatched;
  const auto found = workers.find(key_of(call));
  if (found == workers.end()) return refuse(404, 10092, "workers.api.error.environment_not_found");
  return &found->second;
}

/// The same for a write.
Try<Worker*> worker_to_change(const Call& call) {
  auto worker = worker_of(call);
  if (worker) (*worker)->list_item.clear();
  return worker;
}

Actor actor_of(const Call& call) {
  return {call.source(), call.author()};
}

JsonObject script_view(const Call& call, const Worker& worker) {
  return {{"id", worker.name},
          {"dispatch_namespace", call.params[1]},
          {"created_on", timestamp(worker.created_on)},
          {"modified_on", timestamp(worker.modified_on)},
          {"script", parse_json(list_item(call.world, worker)).value_or(JsonObject())}};
}

/// The Workers of a namespace.
std::vector<const Worker*> workers_in(const World& world, const std::string& space) {
  std::vector<const Worker*> out;
  const auto prefix = space + '/';
  const auto& workers = world.account.dispatched;
  for (auto at = workers.lower_bound(prefix); at != workers.end() && at->first.starts_with(prefix); ++at) {
    out.push_back(&at->second);
  }
  return out;
}

void count_scripts(World& world, const std::string& space) {
  if (auto* item = find_namespace(world, space)) (*item)["script_count"] = workers_in(world, space).size();
}

/// GET …/scripts
Outcome list_scripts(Call& call) {
  if (!find_namespace(call.world, call.params[1])) return no_such_namespace();
  JsonArray out;
  for (const auto* worker : workers_in(call.world, call.params[1])) out.push_back(script_view(call, *worker));
  return success(out);
}

/// PUT …/scripts/:script
Outcome put_script(Call& call) {
  if (!find_namespace(call.world, call.params[1])) return no_such_namespace();
  auto& workers = call.world.account.dispatched;
  if (const auto found = workers.find(key_of(call)); found != workers.end()) found->second.list_item.clear();
  auto done = put_worker(call, workers, key_of(call), call.params[2]);
  count_scripts(call.world, call.params[1]);
  return done;
}

/// GET …/scripts/:script
Outcome get_script(Call& call) {
  const auto worker = worker_of(call);
  if (!worker) return std::unexpected(worker.error());
  return success(script_view(call, **worker));
}

/// DELETE …/scripts/:script
Outcome delete_script(Call& call) {
  const auto worker = worker_of(call);
  if (!worker) return std::unexpected(worker.error());
  call.world.account.dispatched.erase(key_of(call));
  count_scripts(call.world, call.params[1]);
  return success(nullptr);
}

/// GET …/scripts/:script/content
Outcome get_content(Call& call) {
  const auto worker = worker_of(call);
  if (!worker) return std::unexpected(worker.error());
  return code_answer((*worker)->latest());
}

/// PUT …/scripts/:script/content
Outcome put_content(Call& call) {
  const auto worker = worker_to_change(call);
  if (!worker) return std::unexpected(worker.error());
  return put_code(call, **worker);
}

/// GET …/scripts/:script/settings
Outcome get_settings(Call& call) {
  const auto worker = worker_of(call);
  if (!worker) return std::unexpected(worker.error());
  return success(settings_view(call.world, **worker, (*worker)->latest()));
}

/// PATCH …/scripts/:script/settings
Outcome patch_settings_endpoint(Call& call) {
  const auto worker = worker_to_change(call);
  if (!worker) return std::unexpected(worker.error());
  const auto patch = settings_of_form(call);
  if (!patch) return std::unexpected(patch.error());
  const auto done = patch_settings(call.world, **worker, *patch, Inherit::lenient, actor_of(call));
  if (!done) return std::unexpected(done.error());
  return get_settings(call);
}

/// GET …/scripts/:script/bindings
Outcome get_bindings(Call& call) {
  const auto worker = worker_of(call);
  if (!worker) return std::unexpected(worker.error());
  return success(view_of(call.world, (*worker)->name, (*worker)->latest().bindings));
}

/// GET …/scripts/:script/secrets
Outcome list_secrets(Call& call) {
  const auto worker = worker_of(call);
  if (!worker) return std::unexpected(worker.error());
  return success(secrets_view(call.world, **worker));
}

/// GET …/scripts/:script/secrets/:secret
Outcome get_secret(Call& call) {
  const auto worker = worker_of(call);
  if (!worker) return std::unexpected(worker.error());
  const auto* secret = find_secret(**worker, call.params[3]);
  if (!secret) return no_such_secret(call.params[3]);
  return success(view_of(call.world, (*worker)->name, *secret));
}

/// PUT …/scripts/:script/secrets
Outcome put_secret(Call& call) {
  const auto worker = worker_to_change(call);
  if (!worker) return std::unexpected(worker.error());
  return put_secret_of(call, **worker);
}

/// DELETE …/scripts/:script/secrets/:secret
Outcome delete_secret(Call& call) {
  const auto worker = worker_to_change(call);
  if (!worker) return std::unexpected(worker.error());
  return delete_secret_of(call, **worker, call.params[3]);
}

/// PATCH …/scripts/:script/secrets-bulk
Outcome patch_secrets(Call& call) {
  const auto worker = worker_to_change(call);
  if (!worker) return std::unexpected(worker.error());
  return patch_secrets_of(call, **worker);
}

JsonArray tags_of(const Worker& worker) {
  return setting_or(worker.settings, "tags", JsonArray()).get_array();
}

/// GET …/scripts/:script/tags
Outcome get_tags(Call& call) {
  const auto worker = worker_of(call);
  if (!worker) return std::unexpected(worker.error());
  return success(tags_of(**worker));
}

/// PUT …/scripts/:script/tags: all of them.
Outcome put_tags(Call& call) {
  const auto worker = worker_to_change(call);
  if (!worker) return std::unexpected(worker.error());
  const auto body = call.json_body();
  if (!body) return std::unexpected(body.error());
  const JsonObject stated{{"tags", *body}};
  if (auto valid = check_settings(stated); !valid) return std::unexpected(valid.error());
  patch_worker((*worker)->settings, stated);
  return success(tags_of(**worker));
}

/// PUT …/scripts/:script/tags/:tag
Outcome put_tag(Call& call) {
  const auto worker = worker_to_change(call);
  if (!worker) return std::unexpected(worker.error());
  auto tags = tags_of(**worker);
  const Json tag(call.params[3]);
  if (std::ranges::find(tags, tag) == tags.end()) tags.push_back(tag);
  const JsonObject stated{{"tags", tags}};
  if (auto valid = check_settings(stated); !valid) return std::unexpected(valid.error());
  patch_worker((*worker)->settings, stated);
  return success(tags);
}

/// DELETE …/scripts/:script/tags/:tag
Outcome delete_tag(Call& call) {
  const auto worker = worker_to_change(call);
  if (!worker) return std::unexpected(worker.error());
  JsonArray kept;
  for (const auto& tag : tags_of(**worker)) {
    if (tag != Json(call.params[3])) kept.push_back(tag);
  }
  patch_worker((*worker)->settings, JsonObject{{"tags", std::move(kept)}});
  return success(nullptr);
}

constexpr std::array kDispatchEndpoints{
    Endpoint{"GET", "/accounts/:account/workers/dispatch/namespaces/:namespace/scripts", list_scripts},
    Endpoint{"GET", "/accounts/:account/workers/dispatch/namespaces/:namespace/scripts/:script", get_script},
    Endpoint{"PUT", "/accounts/:account/workers/dispatch/namespaces/:namespace/scripts/:script", put_script},
    Endpoint{"DELETE", "/accounts/:account/workers/dispatch/namespaces/:namespace/scripts/:script", delete_script},
    Endpoint{"GET", "/accounts/:account/workers/dispatch/namespaces/:namespace/scripts/:script/content", get_content},
    Endpoint{"PUT", "/accounts/:account/workers/dispatch/namespaces/:namespace/scripts/:script/content", put_content},
    Endpoint{"GET", "/accounts/:account/workers/dispatch/namespaces/:namespace/scripts/:script/settings", get_settings},
    Endpoint{"PATCH", "/accounts/:account/workers/dispatch/namespaces/:namespace/scripts/:script/settings",
             patch_settings_endpoint},
    Endpoint{"GET", "/accounts/:account/workers/dispatch/namespaces/:namespace/scripts/:script/bindings", get_bindings},
    Endpoint{"GET", "/accounts/:account/workers/dispatch/namespaces/:namespace/scripts/:script/secrets", list_secrets},
    Endpoint{"PUT", "/accounts/:account/workers/dispatch/namespaces/:namespace/scripts/:script/secrets", put_secret},
    Endpoint{"GET", "/accounts/:account/workers/dispatch/namespaces/:namespace/scripts/:script/secrets/:secret",
             get_secret},
    Endpoint{"DELETE", "/accounts/:account/workers/dispatch/namespaces/:namespace/scripts/:script/secrets/:secret",
             delete_secret},
    Endpoint{"PATCH", "/accounts/:account/workers/dispatch/namespaces/:namespace/scripts/:script/secrets-bulk",
             patch_secrets},
    Endpoint{"GET", "/accounts/:account/workers/dispatch/namespaces/:namespace/scripts/:script/tags", get_tags},
    Endpoint{"PUT", "/accounts/:account/workers/dispatch/namespaces/:namespace/scripts/:script/tags", put_tags},
    Endpoint{"PUT", "/accounts/:account/workers/dispatch/namespaces/:namespace/scripts/:script/tags/:tag", put_tag},
    Endpoint{"DELETE", "/accounts/:account/workers/dispatch/namespaces/:namespace/scripts/:script/tags/:tag",
             delete_tag},
};

}  // namespace

std::span<const Endpoint> dispatch_endpoints() {
  return kDispatchEndpoints;
}

}  // namespace plumbline::simulator
