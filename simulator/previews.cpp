#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.h"
#include "simulator/assets.h"
#include "simulator/base64.h"
#include "simulator/bindings.h"
#include "simulator/endpoints.h"
#include "simulator/secrets.h"
#include "simulator/settings.h"
#include "simulator/upload_form.h"

/// Previews of a Worker: named copies beside it, each with settings and deployments of its own. They are in no schema;
/// what is here is what `wrangler preview` of 4.164 sends and reads (wrangler-dist/cli.js, deploy-helpers/src/preview),
/// and what 4.86 sends otherwise. The fields of answers beyond those that it reads are those that it sent.
namespace plumbline::simulator {
namespace {

/// `Feature/One` is `feature-one`: a name is a label of a hostname.
std::string slug_of(std::string_view name) {
  auto slug = to_lower(name);
  std::ranges::replace_if(slug, [](char c) { return (c < 'a' || c > 'z') && (c < '0' || c > '9'); }, '-');
  return slug;
}

/// Where something of a preview can be seen, as versions can.
JsonArray addresses_of(const World& world, const Worker& worker, std::string_view prefix) {
  if (!worker.subdomain.previews_enabled || !world.account.subdomain) return {};
  return {"https://" + std::string(prefix) + '-' + worker.name + '.' + *world.account.subdomain + ".workers.dev"};
}

JsonObject preview_view(const World& world, const Worker& worker, const Preview& preview) {
  JsonObject out{{"id", preview.id},
                 {"name", preview.name},
                 {"slug", preview.slug},
                 {"created_on", timestamp(preview.created_on)},
                 {"urls", addresses_of(world, worker, preview.slug)}};
  for (const auto& [key, value] : preview.settings) out[key] = value;
  return out;
}

/// Bindings by their names, as `env` has them.
JsonObject env_view(const World& world, const Worker& worker, const Version& deployment) {
  JsonObject out;
  for (const auto& binding : deployment.bindings) {
    auto shown = view_of(world, worker.name, binding);
    shown.erase("name");
    out[binding.name] = std::move(shown);
  }
  return out;
}

JsonObject preview_deployment_view(const World& world, const Worker& worker, const Preview& preview,
                                   const Version& deployment) {
  constexpr std::size_t kPrefix = 8;
  JsonObject out{{"id", deployment.id},
                 {"preview_id", preview.id},
                 {"created_on", timestamp(deployment.created_on)},
                 {"urls", addresses_of(world, worker, deployment.id.substr(0, kPrefix))},
                 {"annotations", deployment.annotations},
                 {"env", env_view(world, worker, deployment)}};
  for (const auto& [key, value] : deployment.settings) out[key] = value;
  if (deployment.code) out["main_module"] = deployment.code->main;
  if (deployment.assets) out["assets"] = JsonObject{{"config", deployment.assets->config}};
  if (!deployment.migration_tag.empty()) out["migration_tag"] = deployment.migration_tag;
  return out;
}

/// The Worker and its preview, while a call is about it.
struct Place {
  Worker* worker = nullptr;
  std::vector<Preview>::iterator preview;
};

Try<Worker*> parent_of(Call& call) {
  if (!call.world.semantics().beta_workers) return no_such_path(net::path_of(call.request.target));
  auto& workers = call.world.account.workers;
  const auto found = workers.find(call.world.name_of_worker(call.params[1]));
  if (found == workers.end()) return no_such_worker();
  return &found->second;
}

/// A preview by its name or its id: 404/10025 if there is none.
Try<Place> place_of(Call& call) {
  const auto worker = parent_of(call);
  if (!worker) return std::unexpected(worker.error());
  auto& previews = (*worker)->previews;
  const auto& wanted = call.params[2];
  const auto found = std::ranges::find_if(
      previews, [&](const Preview& preview) { return preview.name == wanted || preview.id == wanted; });
  if (found == previews.end()) return refuse(404, 10025, "Preview not found.");
  return Place{*worker, found};
}

/// What a preview states for itself; null clears.
Try<void> change_preview(Preview& preview, const JsonObject& stated) {
  if (auto valid = check_settings(worker_settings(stated)); !valid) return valid;
  patch_worker(preview.settings, stated);
  return {};
}

/// POST …/workers/workers/:worker/previews
Outcome post_preview(Call& call) {
  const auto worker = parent_of(call);
  if (!worker) return std::unexpected(worker.error());
  const auto body = call.json_object();
  if (!body) return std::unexpected(body.error());
  const std::string name(string_member(*body, "name"));
  if (name.empty()) return refuse(400, 10001, "`name` is required.");
  auto& previews = (*worker)->previews;
  if (std::ranges::find(previews, name, &Preview::name) != previews.end()) {
    return refuse(409, 10001, "The Worker has a preview of that name.");
  }
  Preview preview{.id = call.world.ids.hex32(), .name = name, .slug = slug_of(name), .created_on = call.world.now()};
  if (auto changed = change_preview(preview, *body); !changed) return std::unexpected(changed.error());
  previews.push_back(std::move(preview));
  return success(preview_view(call.world, **worker, previews.back()));
}

/// GET …/previews/:preview
Outcome get_preview(Call& call) {
  const auto place = place_of(call);
  if (!place) return std::unexpected(place.error());
  return success(preview_view(call.world, *place->worker, *place->preview));
}

/// PATCH …/previews/:preview
Outcome patch_preview(Call& call) {
  const auto place = place_of(call);
  if (!place) return std::unexpected(place.error());
  const auto body = call.json_object();
  if (!body) return std::unexpected(body.error());
  if (auto changed = change_preview(*place->preview, *body); !changed) return std::unexpected(changed.error());
  return success(preview_view(call.world, *place->worker, *place->preview));
}

/// DELETE …/previews/:preview, with all its deployments
Outcome delete_preview(Call& call) {
  const auto place = place_of(call);
  if (!place) return std::unexpected(place.error());
  place->worker->previews.erase(place->preview);
  return success(nullptr);
}

/// `env` as the list that other uploads have.
Json bindings_in(const JsonObject& metadata) {
  JsonArray out;
  const auto* env = member(metadata, "env");
  if (!env || !env->is_object()) return out;
  for (const auto& [name, value] : env->get_object()) {
    auto binding = value.is_object() ? value.get_object() : JsonObject();
    binding["name"] = name;
    out.push_back(std::move(binding));
  }
  return out;
}

/// `{name, content_type, content_base64}`, an entry of `modules` where the body is JSON.
Try<Module> read_module(const Json& stated) {
  auto bytes = from_base64(string_member(stated, "content_base64"));
  if (!bytes) return refuse(400, 10021, "`content_base64` of a module is not base64.");
  return Module{std::string(string_member(stated, "name")), std::string(string_member(stated, "content_type")),
                std::move(*bytes)};
}

Try<UploadForm> read_json_form(const Call& call) {
  auto metadata = call.json_object();
  if (!metadata) return std::unexpected(metadata.error());
  UploadForm form;
  if (const auto* modules = member(*metadata, "modules"); modules && modules->is_array()) {
    for (const auto& stated : modules->get_array()) {
      auto module = read_module(stated);
      if (!module) return std::unexpected(module.error());
      form.modules.push_back(std::move(*module));
    }
  }
  metadata->erase("modules");
  form.metadata = std::move(*metadata);
  return form;
}

/// The body of a deployment: a form as wrangler 4.164 sends it, or JSON as 4.86 does.
Try<UploadForm> read_form(const Call& call) {
  const auto type = call.request.headers.get("content-type");
  return type.starts_with("application/json") ? read_json_form(call) : read_upload(call);
}

/// What a deployment states. Classes of Durable Objects are not made: of a migration its tag is kept, which is what
/// wrangler asks for.
Try<Version> deployment_of(const Call& call, const UploadForm& form, const Version* previous) {
  const auto& metadata = form.metadata;
  if (auto valid = check_settings(versioned_settings(metadata)); !valid) return std::unexpected(valid.error());
  auto assets = read_assets(call.world, metadata, previous);
  if (!assets) return std::unexpected(assets.error());
  const auto stated = bindings_in(metadata);
  auto bindings = read_bindings(&stated, previous, {});
  if (!bindings) return std::unexpected(bindings.error());
  auto code = code_of(form, *assets != nullptr);
  if (!code) return std::unexpected(code.error());
  Version deployment;
  deployment.code = std::move(*code);
  deployment.assets = std::move(*assets);
  deployment.bindings = std::move(*bindings);
  deployment.settings = versioned_settings(metadata);
  if (const auto* annotations = member(metadata, "annotations"); annotations && annotations->is_object()) {
    deployment.annotations = annotations->get_object();
  }
  if (previous) deployment.migration_tag = previous->migration_tag;
  if (const auto* migrations = member(metadata, "migrations")) {
    deployment.migration_tag = string_member(*migrations, "new_tag");
  }
  return deployment;
}

Outcome add_preview_deployment(Call& call, const Place& place, Version deployment) {
  auto& deployments = place.preview->deployments;
  deployment.id = call.world.ids.uuid();
  deployment.created_on = call.world.now();
  deployment.source = call.source();
  deployments.push_back(std::make_shared<const Version>(std::move(deployment)));
  return success(preview_deployment_view(call.world, *place.worker, *place.preview, *deployments.back()));
}

/// POST …/previews/:preview/deployments: a form as that of a Worker, with `env` in place of `bindings`.
Outcome post_preview_deployment(Call& call) {
  const auto place = place_of(call);
  if (!place) return std::unexpected(place.error());
  const auto form = read_form(call);
  if (!form) return std::unexpected(form.error());
  const auto& deployments = place->preview->deployments;
  auto deployment = deployment_of(call, *form, deployments.empty() ? nullptr : deployments.back().get());
  if (!deployment) return std::unexpected(deployment.error());
  return add_preview_deployment(call, *place, std::move(*deployment));
}

/// A deployment by its id, or the `latest`; nullptr if there is none.
const Version* find_preview_deployment(const Preview& preview, std::string_view id) {
  const auto& deployments = preview.deployments;
  if (id == "latest") return deployments.empty() ? nullptr : deployments.back().get();
  const auto found = std::ranges::find(deployments, id, [](const auto& one) { return std::string_view(one->id); });
  return found == deployments.end() ? nullptr : found->get();
}

/// GET …/previews/:preview/deployments/:deployment
Outcome get_preview_deployment(Call& call) {
  const auto place = place_of(call);
  if (!place) return std::unexpected(place.error());
  const auto* deployment = find_preview_deployment(*place->preview, call.params[3]);
  if (!deployment) return refuse(404, 10222, "The preview has no such deployment.");
  return success(preview_deployment_view(call.world, *place->worker, *place->preview, *deployment));
}

/// PATCH …/previews/:preview/deployments/:deployment: another deployment with changed secrets,
/// `{env: {NAME: {type, text} | null}, annotations?}`.
Outcome patch_preview_deployment(Call& call) {
  const auto place = place_of(call);
  if (!place) return std::unexpected(place.error());
  const auto* before = find_preview_deployment(*place->preview, call.params[3]);
  if (!before) return refuse(404, 10032, "The preview has no deployment.");
  auto deployment = *before;
  if (auto patched = patch_secrets(call, deployment); !patched) return std::unexpected(patched.error());
  return add_preview_deployment(call, *place, std::move(deployment));
}

constexpr std::string_view kPreviews = "/accounts/:account/workers/workers/:worker/previews";
constexpr std::string_view kPreview = "/accounts/:account/workers/workers/:worker/previews/:preview";
constexpr std::string_view kDeployments = "/accounts/:account/workers/workers/:worker/previews/:preview/deployments";
constexpr std::string_view kDeployment =
    "/accounts/:account/workers/workers/:worker/previews/:preview/deployments/:deployment";

constexpr std::array kPreviewEndpoints{
    Endpoint{"POST", kPreviews, post_preview},
    Endpoint{"GET", kPreview, get_preview},
    Endpoint{"PATCH", kPreview, patch_preview},
    Endpoint{"DELETE", kPreview, delete_preview},
    Endpoint{"POST", kDeployments, post_preview_deployment},
    Endpoint{"GET", kDeployment, get_preview_deployment},
    Endpoint{"PATCH", kDeployment, patch_preview_deployment},
};

}  // namespace

std::span<const Endpoint> preview_endpoints() {
  return kPreviewEndpoints;
}

}  // namespace plumbline::simulator
