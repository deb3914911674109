#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "simulator/changes.h"
#include "simulator/endpoints.h"
#include "simulator/exposure.h"
#include "simulator/references.h"
#include "simulator/secrets.h"
#include "simulator/settings.h"
#include "simulator/worker_views.h"

/// The beta Workers API, /workers/workers. Its Workers are the scripts of /workers/scripts.
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

/// Accounts without the beta API do not know its paths.
Try<void> check_available(const Call& call) {
  if (call.world.semantics().beta_workers) return {};
  return no_such_path(net::path_of(call.request.target));
}

/// Sorts as the query asks: `order_by` deployed_on, updated_on, created_on or name (the default here; the service has
/// another default), `order` asc or desc.
Try<void> sort_workers(const Call& call, std::vector<const Worker*>& workers) {
  const auto key = call.query("order_by").value_or("name");
  const auto order = call.query("order").value_or("asc");
  // They come sorted by name. Workers with equal times are, too.
  const auto by = [&workers](auto of) {
    std::ranges::sort(workers, {}, [of](const Worker* worker) {
      return std::pair<Instant, std::string_view>(of(worker), worker->name);
    });
  };
  if (key == "name") {
    // as they are
  } else if (key == "created_on") {
    by([](const Worker* worker) { return worker->created_on; });
  } else if (key == "updated_on") {
    by([](const Worker* worker) { return worker->modified_on; });
  } else if (key == "deployed_on") {
    by([](const Worker* worker) { return worker->deployments.back().created_on; });
  } else {
    return refuse(400, 10006, "order_by is deployed_on, updated_on, created_on or name");
  }
  if (order != "asc" && order != "desc") return refuse(400, 10006, "order is asc or desc");
  if (order == "desc") std::ranges::reverse(workers);
  return {};
}

/// GET /accounts/:account/workers/workers
Outcome list_workers(Call& call) {
  if (auto ok = check_available(call); !ok) return std::unexpected(ok.error());
  const auto page = page_of(call, 10, 100);
  if (!page) return std::unexpected(page.error());
  auto workers = call.world.visible_workers();
  if (auto sorted = sort_workers(call, workers); !sorted) return std::unexpected(sorted.error());
  const auto [begin, end] = page->bounds(workers.size());
  const References references(call.world);
  JsonArray items;
  for (auto i = begin; i < end; ++i) {
    items.push_back(worker_view(call.world, *workers[i], references));
  }
  const PageInfo info{page->number, page->size, items.size(), workers.size()};
  return success(items, info);
}

/// POST /accounts/:account/workers/workers: a Worker without a version, which `wrangler preview` of 4.164 makes where
/// there is none. Every Worker of the simulator has a version.
Outcome post_worker(Call& call) {
  if (auto ok = check_available(call); !ok) return std::unexpected(ok.error());
  return refuse(400, 10001, "The simulator makes no Worker without a version: deploy it first.");
}

/// GET /accounts/:account/workers/workers/:worker
Outcome get_worker(Call& call) {
  if (auto ok = check_available(call); !ok) return std::unexpected(ok.error());
  const auto worker = call.world.visible_worker(call.world.name_of_worker(call.params[1]));
  if (!worker) return std::unexpected(worker.error());
  return success(worker_view(call.world, **worker, References(call.world)));
}

/// What all previews of a Worker begin with is refused by name, which wrangler 4.86 has another one for.
Try<void> check_no_base_config(const JsonObject& patch) {
  for (const std::string_view key : {"previews_base_config", "preview_defaults"}) {
    if (!patch.contains(key)) continue;
    return refuse(400, 10001, fmt::format("The simulator has no base configuration of previews (`{}`).", key));
  }
  return {};
}

/// PATCH /accounts/:account/workers/workers/:worker: settings that are not versioned.
Outcome patch_worker_endpoint(Call& call) {
  if (auto ok = check_available(call); !ok) return std::unexpected(ok.error());
  auto worker = call.world.worker_to_change(call.world.name_of_worker(call.params[1]));
  if (!worker) return std::unexpected(worker.error());
  const auto patch = call.json_object();
  if (!patch) return std::unexpected(patch.error());
  if (auto known = check_no_base_config(*patch); !known) return std::unexpected(known.error());
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
  const auto name = call.world.name_of_worker(call.params[1]);
  const auto found = call.world.account.workers.find(name);
  if (found == call.world.account.workers.end()) return no_such_worker();
  auto removable = check_removable(call.world, found->second, call.query("force") == "true");
  if (!removable) return std::unexpected(removable.error());
  remove_worker(call.world, name);
  return success(nullptr);
}

/// PATCH /accounts/:account/workers/workers/:worker/versions/latest: makes a version with changed secrets that is not
/// deployed, `{env: {NAME: {type, text} | null}, annotations?}`.
Outcome patch_latest_version(Call& call) {
  if (auto ok = check_available(call); !ok) return std::unexpected(ok.error());
  auto worker = call.world.worker_to_change(call.world.name_of_worker(call.params[1]));
  if (!worker) return std::unexpected(worker.error());
  auto version = next_version(**worker);
  if (auto patched = patch_secrets(call, version); !patched) return std::unexpected(patched.error());
  const auto bump = call.world.semantics().list_etag_deployed ? Bump::no : Bump::yes;
  const auto& added = add_version(call.world, **worker, std::move(version), {call.source(), call.author()}, "secret",
                                  Rollout::hold, bump);
  return success(version_view(call.world, **worker, added));
}

/// GET /accounts/:account/workers/workers/:worker/versions
Outcome list_beta_versions(Call& call) {
  if (auto ok = check_available(call); !ok) return std::unexpected(ok.error());
  const auto worker = call.world.visible_worker(call.world.name_of_worker(call.params[1]));
  if (!worker) return std::unexpected(worker.error());
  const auto page = page_of(call, 10, 100);
  if (!page) return std::unexpected(page.error());
  const auto& versions = (*worker)->versions;
  const auto [begin, end] = page->bounds(versions.size());
  JsonArray items;
  for (auto i = begin; i < end; ++i) {
    items.push_back(beta_version_view(call.world, **worker, *versions[versions.size() - 1 - i]));  // newest first
  }
  const PageInfo info{page->number, page->size, items.size(), versions.size()};
  return success(items, info);
}

/// GET /accounts/:account/workers/workers/:worker/versions/:version
Outcome get_beta_version(Call& call) {
  if (auto ok = check_available(call); !ok) return std::unexpected(ok.error());
  const auto worker = call.world.visible_worker(call.world.name_of_worker(call.params[1]));
  if (!worker) return std::unexpected(worker.error());
  const auto* version = (*worker)->find_version(call.params[2]);
  if (!version) return refuse(404, 10071, "Version not found.");
  auto view = beta_version_view(call.world, **worker, *version);
  if (call.query("include") == "modules") view["modules"] = beta_modules_view(*version);
  return success(view);
}

constexpr std::array kBetaEndpoints{
    Endpoint{"GET", "/accounts/:account/workers/workers", list_workers, Access::token, Lasts::until_a_change},
    Endpoint{"POST", "/accounts/:account/workers/workers", post_worker},
    Endpoint{"GET", "/accounts/:account/workers/workers/:worker", get_worker},
    Endpoint{"PATCH", "/accounts/:account/workers/workers/:worker", patch_worker_endpoint},
    Endpoint{"DELETE", "/accounts/:account/workers/workers/:worker", delete_worker},
    Endpoint{"GET", "/accounts/:account/workers/workers/:worker/versions", list_beta_versions},
    Endpoint{"GET", "/accounts/:account/workers/workers/:worker/versions/:version", get_beta_version},
    Endpoint{"PATCH", "/accounts/:account/workers/workers/:worker/versions/latest", patch_latest_version},
};

}  // namespace

std::span<const Endpoint> beta_endpoints() {
  return kBetaEndpoints;
}

}  // namespace plumbline::simulator
