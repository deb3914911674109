#include "simulator/edits.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "simulator/bindings.h"
#include "simulator/changes.h"
#include "simulator/code.h"
#include "simulator/exposure.h"
#include "simulator/routes.h"
#include "simulator/secrets.h"
#include "simulator/settings.h"
#include "simulator/settings_patch.h"

namespace plumbline::simulator {
namespace {

Actor dashboard() {
  return {"dash", "user@example.com"};
}

/// An edit of a Worker that exists.
struct Edit {
  World& world;
  Worker& worker;
  std::string_view name;
  const Json& value;

  [[nodiscard]] std::string_view text() const {
    return value.is_string() ? view(value.get_string()) : std::string_view();
  }
};

using EditResult = Try<JsonObject>;

std::unexpected<Refusal> bad_edit(std::string message) {
  return refuse(400, 10001, std::move(message));
}

JsonObject made(const Version& version) {
  return {{"version_id", version.id}};
}

EditResult add_dash_version(const Edit& edit, Version version) {
  return made(add_version(edit.world, edit.worker, std::move(version), dashboard(), "upload", Rollout::deploy));
}

EditResult set_var(const Edit& edit) {
  if (edit.name.empty() || edit.value.is_null()) return bad_edit("set-var needs name and value");
  Binding variable{.name = std::string(edit.name)};
  variable.type = edit.value.is_string() ? "plain_text" : "json";
  variable.fields[edit.value.is_string() ? "text" : "json"] = edit.value;
  auto version = next_version(edit.worker);
  std::erase_if(version.bindings, [&](const Binding& b) { return b.name == edit.name; });
  version.bindings.push_back(std::move(variable));
  return add_dash_version(edit, std::move(version));
}

EditResult change_secret(const Edit& edit, std::optional<Binding> secret) {
  std::vector<SecretChange> changes;
  changes.push_back({std::string(edit.name), std::move(secret)});
  auto changed = change_secrets(edit.world, edit.worker, std::move(changes), dashboard());
  if (!changed) return std::unexpected(changed.error());
  return made(edit.worker.latest());
}

EditResult set_secret(const Edit& edit) {
  auto secret = read_secret({{"name", edit.name}, {"text", edit.value}, {"type", "secret_text"}});
  if (!secret) return std::unexpected(secret.error());
  return change_secret(edit, std::move(*secret));
}

EditResult delete_secret(const Edit& edit) {
  if (!find_secret(edit.worker, edit.name)) return bad_edit("there is no such secret");
  return change_secret(edit, std::nullopt);
}

EditResult edit_code(const Edit& edit) {
  const auto& code = edit.worker.latest().code;
  if (!code) return bad_edit("the Worker has no code");
  if (!edit.value.is_string()) return bad_edit("edit-code needs the new text as value");
  auto modules = code->modules;
  const auto name = edit.name.empty() ? std::string_view(code->main) : edit.name;
  const auto module = std::ranges::find(modules, name, &Module::name);
  if (module == modules.end()) return bad_edit("the Worker has no such module");
  module->bytes = edit.text();
  auto edited = make_code(code->syntax, code->main, std::move(modules));
  if (!edited) return std::unexpected(edited.error());
  auto version = next_version(edit.worker);
  version.code = std::move(*edited);
  return add_dash_version(edit, std::move(version));
}

/// The zone of a pattern or hostname.
Zone* zone_of(World& world, std::string_view pattern) {
  const auto found =
      std::ranges::find_if(world.account.zones, [&](const Zone& zone) { return pattern_fits(pattern, zone.name); });
  return found == world.account.zones.end() ? nullptr : &*found;
}

EditResult add_route_edit(const Edit& edit) {
  const auto pattern = edit.text().empty() ? edit.name : edit.text();
  auto* zone = zone_of(edit.world, pattern);
  if (!zone) return bad_edit("no zone of the account fits the pattern");
  const auto route = add_route(edit.world, *zone, pattern, edit.worker.name);
  if (!route) return std::unexpected(route.error());
  return JsonObject{{"route_id", (*route)->id}, {"zone_id", zone->id}};
}

EditResult delete_route_edit(const Edit& edit) {
  const auto pattern = edit.text().empty() ? edit.name : edit.text();
  for (auto& zone : edit.world.account.zones) {
    const auto removed = std::erase_if(zone.routes, [&](const ZoneRoute& route) {
      return route.pattern == pattern && route.script == edit.worker.name;
    });
    if (removed > 0) return JsonObject{{"zone_id", zone.id}};
  }
  return bad_edit("the Worker has no such route");
}

EditResult set_cron(const Edit& edit) {
  std::vector<std::string> crons;
  if (edit.value.is_string()) crons.emplace_back(edit.text());
  if (const auto* list = edit.value.if_array()) {
    for (const auto& item : *list) {
      if (!item.is_string()) return bad_edit("set-cron needs an expression or a list of them");
      crons.emplace_back(view(item.get_string()));
    }
  }
  auto set = set_schedules(edit.world, edit.worker, crons);
  if (!set) return std::unexpected(set.error());
  return JsonObject();
}

EditResult set_setting(const Edit& edit) {
  if (edit.name.empty()) return bad_edit("set-setting needs the name of a field");
  const JsonObject patch{{edit.name, edit.value}};
  if (edit.name == "subdomain") {
    if (!edit.value.is_object()) return bad_edit("subdomain is an object");
    const auto state = read_subdomain(edit.value.get_object());
    if (!state) return std::unexpected(state.error());
    set_subdomain(edit.world, edit.worker, *state);
    return JsonObject();
  }
  if (is_worker_setting(edit.name)) {
    if (auto valid = check_settings(patch); !valid) return std::unexpected(valid.error());
    patch_worker(edit.worker.settings, patch);
    if (edit.world.semantics().script_settings_bumps) touch(edit.world, edit.worker);
    edit.worker.last_deployed_from = dashboard().source;
    return JsonObject();
  }
  auto patched = patch_settings(edit.world, edit.worker, patch, Inherit::lenient, dashboard());
  if (!patched) return std::unexpected(patched.error());
  return made(edit.worker.latest());
}

EditResult delete_worker(const Edit& edit) {
  const auto name = edit.worker.name;
  remove_worker(edit.world, name);
  return JsonObject();
}

EditResult rollback(const Edit& edit) {
  auto& worker = edit.worker;
  std::string id(edit.text());
  if (id.empty()) {
    const auto active = std::ranges::find(worker.versions, worker.deployed().id, [](const auto& v) { return v->id; });
    if (active == worker.versions.begin()) return bad_edit("there is no version before");
    id = (*std::prev(active))->id;
  }
  if (!worker.find_version(id)) return bad_edit("the Worker has no such version");
  const auto& deployment = deploy(edit.world, worker, {{id, 100}}, dashboard(), {{"workers/triggered_by", "rollback"}});
  return JsonObject{{"deployment_id", deployment.id}};
}

EditResult split_traffic(const Edit& edit) {
  constexpr double kHalf = 50;
  auto& worker = edit.worker;
  if (worker.versions.size() < 2) return bad_edit("a split needs two versions");
  const double percentage = edit.value.is_number() ? edit.value.to_number<double>() : kHalf;
  if (percentage < 0.01 || percentage > 99.99) return bad_edit("per cent between 0.01 and 99.99");
  const auto& previous = *worker.versions[worker.versions.size() - 2];
  const auto& deployment =
      deploy(edit.world, worker, {{worker.latest().id, percentage}, {previous.id, 100 - percentage}}, dashboard(),
             {{"workers/triggered_by", "deployment"}});
  return JsonObject{{"deployment_id", deployment.id}};
}

struct Action {
  std::string_view name;
  EditResult (*apply)(const Edit&);
};

constexpr std::array kActions{
    Action{"set-var", set_var},     Action{"set-secret", set_secret},    Action{"delete-secret", delete_secret},
    Action{"edit-code", edit_code}, Action{"add-route", add_route_edit}, Action{"delete-route", delete_route_edit},
    Action{"set-cron", set_cron},   Action{"set-setting", set_setting},  Action{"delete-worker", delete_worker},
    Action{"rollback", rollback},   Action{"split", split_traffic},
};

}  // namespace

Try<JsonObject> edit(World& world, const JsonObject& request) {
  static const Json null;
  const auto action_name = string_member(request, "action");
  const auto* action = std::ranges::find(kActions, action_name, &Action::name);
  if (action == kActions.end()) {
    return bad_edit(fmt::format("unknown action \"{}\"", printable(action_name)));
  }
  auto worker = world.worker_to_change(string_member(request, "worker"));
  if (!worker) return std::unexpected(worker.error());
  const auto* value = member(request, "value");
  return action->apply({world, **worker, string_member(request, "name"), value ? *value : null});
}

}  // namespace plumbline::simulator
