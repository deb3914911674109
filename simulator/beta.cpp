#include <algorithm>
#include <array>

#include "simulator/changes.h"
#include "simulator/endpoints.h"
#include "simulator/exposure.h"
#include "simulator/references.h"
#include "simulator/settings.h"

/// The beta Workers API, /workers/workers: a Worker is what /workers/scripts calls a script.
namespace plumbline::simulator {
namespace {

JsonObject subdomain_part(const World& world, const Worker& worker) {
  JsonObject out{{"enabled", worker.subdomain.enabled}, {"previews_enabled", worker.subdomain.previews_enabled}};
  if (world.account.subdomain) {
    const auto host = *world.account.subdomain + ".workers.dev";
    out["url"] = "https://" + worker.name + '.' + host;
    out["preview_url_suffix"] = '-' + worker.name + '.' + host;
  }
  return out;
}

JsonObject worker_view(const World& world, const Worker& worker, const References& references) {
  return {{"id", worker.tag},
          {"name", worker.name},
          {"created_on", timestamp(worker.created_on)},
          {"updated_on", timestamp(worker.modified_on)},
          {"deployed_on", timestamp(worker.deployments.back().created_on)},
          {"logpush", setting_or(worker.settings, "logpush", false)},
          {"observability", expanded_observability(worker.settings)},
          {"tags", setting_or(worker.settings, "tags", JsonArray())},
          {"tail_consumers", setting_or(worker.settings, "tail_consumers", JsonArray())},
          {"subdomain", subdomain_part(world, worker)},
          {"references", references.of(worker)}};
}

/// Accounts without the beta do not know its paths.
Try<void> check_available(const Call& call) {
  if (call.world.semantics().beta_workers) return {};
  return no_such_path(net::path_of(call.request.target));
}

/// A Worker by its name or its id.
std::string name_of(const World& world, std::string_view name_or_id) {
  for (const auto& [name, worker] : world.account.workers) {
    if (worker.tag == name_or_id) return name;
  }
  return std::string(name_or_id);
}

/// GET /accounts/:account/workers/workers
Outcome list_workers(Call& call) {
  if (auto ok = check_available(call); !ok) return std::unexpected(ok.error());
  const auto page = page_of(call, 10, 100);
  if (!page) return std::unexpected(page.error());
  const auto workers = call.world.visible_workers();
  const auto [begin, end] = page->bounds(workers.size());
  const References references(call.world);
  JsonArray items;
  for (auto i = begin; i < end; ++i) {
    items.push_back(worker_view(call.world, *workers[i], references));
  }
  const PageInfo info{page->number, page->size, items.size(), workers.size()};
  return success(items, info);
}

/// GET /accounts/:account/workers/workers/:worker
Outcome get_worker(Call& call) {
  if (auto ok = check_available(call); !ok) return std::unexpected(ok.error());
  const auto worker = call.world.visible_worker(name_of(call.world, call.params[1]));
  if (!worker) return std::unexpected(worker.error());
  return success(worker_view(call.world, **worker, References(call.world)));
}

/// PATCH /accounts/:account/workers/workers/:worker: what is not versioned.
Outcome patch_worker_endpoint(Call& call) {
  if (auto ok = check_available(call); !ok) return std::unexpected(ok.error());
  auto worker = call.world.worker_to_change(name_of(call.world, call.params[1]));
  if (!worker) return std::unexpected(worker.error());
  const auto patch = call.json_object();
  if (!patch) return std::unexpected(patch.error());
  if (auto valid = check_settings(worker_settings(*patch)); !valid) {
    return std::unexpected(valid.error());
  }
  if (const auto* stated = member(*patch, "subdomain"); stated && stated->is_object()) {
    const auto state = read_subdomain(stated->get_object());
    if (!state) return std::unexpected(state.error());
    set_subdomain(call.world, **worker, *state);
  }
  patch_worker((*worker)->settings, *patch);
  if (call.world.semantics().script_settings_bumps) touch(call.world, **worker);
  return success(worker_view(call.world, **worker, References(call.world)));
}

/// DELETE /accounts/:account/workers/workers/:worker
Outcome delete_worker(Call& call) {
  if (auto ok = check_available(call); !ok) return std::unexpected(ok.error());
  const auto name = name_of(call.world, call.params[1]);
  const auto found = call.world.account.workers.find(name);
  if (found == call.world.account.workers.end()) return no_such_worker();
  auto removable = check_removable(call.world, found->second, call.query("force") == "true");
  if (!removable) return std::unexpected(removable.error());
  remove_worker(call.world, name);
  return success(nullptr);
}

constexpr std::array kEndpoints{
    Endpoint{"GET", "/accounts/:account/workers/workers", list_workers},
    Endpoint{"GET", "/accounts/:account/workers/workers/:worker", get_worker},
    Endpoint{"PATCH", "/accounts/:account/workers/workers/:worker", patch_worker_endpoint},
    Endpoint{"DELETE", "/accounts/:account/workers/workers/:worker", delete_worker},
};

}  // namespace

std::span<const Endpoint> beta_endpoints() {
  return kEndpoints;
}

}  // namespace plumbline::simulator
