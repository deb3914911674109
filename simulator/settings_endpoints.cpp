#include <algorithm>
#include <array>

#include "simulator/bindings.h"
#include "simulator/changes.h"
#include "simulator/code.h"
#include "simulator/endpoints.h"
#include "simulator/settings.h"
#include "simulator/settings_patch.h"

namespace plumbline::simulator {
namespace {

const Version& shown_version(const World& world, const Worker& worker) {
  return world.semantics().settings_deployed ? worker.deployed() : worker.latest();
}

/// GET …/settings
Outcome get_settings(Call& call) {
  const auto worker = call.world.visible_worker(call.params[1]);
  if (!worker) return std::unexpected(worker.error());
  return success(settings_view(call.world, **worker, shown_version(call.world, **worker)));
}

/// PATCH …/settings
Outcome patch_settings_endpoint(Call& call) {
  auto worker = call.world.worker_to_change(call.params[1]);
  if (!worker) return std::unexpected(worker.error());
  const auto patch = settings_of_form(call);
  if (!patch) return std::unexpected(patch.error());
  const auto inherit = call.query("bindings_inherit") == "strict" ? Inherit::strict : Inherit::lenient;
  const auto done = patch_settings(call.world, **worker, *patch, inherit, {call.source(), call.author()});
  if (!done) return std::unexpected(done.error());
  return success(settings_view(call.world, **worker, (*worker)->latest()));
}

/// GET …/script-settings
Outcome get_script_settings(Call& call) {
  const auto worker = call.world.visible_worker(call.params[1]);
  if (!worker) return std::unexpected(worker.error());
  return success(script_settings_view(**worker));
}

/// PATCH …/script-settings: no version; null clears.
Outcome patch_script_settings(Call& call) {
  auto worker = call.world.worker_to_change(call.params[1]);
  if (!worker) return std::unexpected(worker.error());
  const auto patch = call.json_object();
  if (!patch) return std::unexpected(patch.error());
  if (auto valid = check_settings(worker_settings(*patch)); !valid) {
    return std::unexpected(valid.error());
  }
  patch_worker((*worker)->settings, *patch);
  if (call.world.semantics().script_settings_bumps) touch(call.world, **worker);
  return success(script_settings_view(**worker));
}

JsonObject usage_model_view(const Worker& worker) {
  const auto& settings = worker.latest().settings;
  JsonObject out{{"usage_model", setting_or(settings, "usage_model", "standard")}};
  const auto* limits = member(settings, "limits");
  if (const auto* cpu = limits ? member(*limits, "cpu_ms") : nullptr) {
    out["user_limits"] = JsonObject{{"cpu_ms", *cpu}};
  }
  return out;
}

/// GET …/usage-model
Outcome get_usage_model(Call& call) {
  const auto worker = call.world.visible_worker(call.params[1]);
  if (!worker) return std::unexpected(worker.error());
  return success(usage_model_view(**worker));
}

/// PUT …/usage-model: an older call for the same settings.
Outcome put_usage_model(Call& call) {
  auto worker = call.world.worker_to_change(call.params[1]);
  if (!worker) return std::unexpected(worker.error());
  const auto body = call.json_object();
  if (!body) return std::unexpected(body.error());
  JsonObject patch;
  if (const auto* model = member(*body, "usage_model")) patch["usage_model"] = *model;
  if (const auto* limits = member(*body, "user_limits")) patch["limits"] = *limits;
  const auto done = patch_settings(call.world, **worker, patch, Inherit::lenient, {call.source(), call.author()});
  if (!done) return std::unexpected(done.error());
  return success(usage_model_view(**worker));
}

/// GET …/bindings: what older clients read in place of the settings.
Outcome get_script_bindings(Call& call) {
  const auto worker = call.world.visible_worker(call.params[1]);
  if (!worker) return std::unexpected(worker.error());
  return success(view_of(call.world, (*worker)->name, shown_version(call.world, **worker).bindings));
}

/// GET …/bindings/:binding/content: the bytes of a binding to a part of the upload, such as a wasm_module.
Outcome get_binding_content(Call& call) {
  const auto worker = call.world.visible_worker(call.params[1]);
  if (!worker) return std::unexpected(worker.error());
  const auto& version = shown_version(call.world, **worker);
  const auto binding = std::ranges::find(version.bindings, call.params[2], &Binding::name);
  const auto part = binding == version.bindings.end() ? "" : string_member(binding->fields, "part");
  const auto* module = version.code ? find_module(*version.code, part) : nullptr;
  if (!module) return refuse(404, 10056, "The binding does not exist, or has no content.");
  Answer answer;
  answer.content_type = module->content_type;
  answer.body = module->bytes;
  return answer;
}

constexpr std::array kSettingsEndpoints{
    Endpoint{"GET", "/accounts/:account/workers/scripts/:script/bindings", get_script_bindings},
    Endpoint{"GET", "/accounts/:account/workers/scripts/:script/bindings/:binding/content", get_binding_content},
    Endpoint{"GET", "/accounts/:account/workers/scripts/:script/settings", get_settings},
    Endpoint{"PATCH", "/accounts/:account/workers/scripts/:script/settings", patch_settings_endpoint},
    Endpoint{"GET", "/accounts/:account/workers/services/:script/environments/production/settings", get_settings},
    Endpoint{"PATCH", "/accounts/:account/workers/services/:script/environments/production/settings",
             patch_settings_endpoint},
    Endpoint{"GET", "/accounts/:account/workers/scripts/:script/script-settings", get_script_settings},
    Endpoint{"PATCH", "/accounts/:account/workers/scripts/:script/script-settings", patch_script_settings},
    Endpoint{"GET", "/accounts/:account/workers/scripts/:script/usage-model", get_usage_model},
    Endpoint{"PUT", "/accounts/:account/workers/scripts/:script/usage-model", put_usage_model},
};

}  // namespace

Try<JsonObject> settings_of_form(const Call& call) {
  const auto boundary = boundary_of(call.request.headers.get("content-type"));
  if (!boundary) {
    return refuse(400, 10001, "Content-Type must be one of: multipart/form-data.");
  }
  const auto parts = read_multipart(call.request.body, *boundary);
  if (!parts) return refuse(400, 10026, "The form could not be parsed: " + parts.error().message);
  const auto part = std::ranges::find(*parts, "settings", &Part::name);
  if (part == parts->end()) return refuse(400, 10026, "The form has no part `settings`.");
  auto json = parse_json(part->body);
  if (!json || !json->is_object()) {
    return refuse(400, 10026, "The part `settings` is not a JSON object.");
  }
  return std::move(json->get_object());
}

std::span<const Endpoint> settings_endpoints() {
  return kSettingsEndpoints;
}

}  // namespace plumbline::simulator
