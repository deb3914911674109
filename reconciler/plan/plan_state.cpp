#include "reconciler/plan/plan_state.h"

#include <optional>

#include "reconciler/model/canonical.h"
#include "reconciler/parts/assets.h"
#include "reconciler/parts/consumers.h"
#include "reconciler/parts/migrations.h"
#include "reconciler/parts/names.h"
#include "reconciler/parts/workflows.h"

namespace plumbline::reconciler {
namespace {

// A live value as far as the manifest states it: in the manifest's own words where it is so, else what is live. The
// same however much of it a read tells, so that the plan's digest does not depend on how the account was read.
std::optional<Json> projected(const Json* live, const Json& stated) {
  if (satisfies(live, stated)) return stated;
  if (is_unset(live)) return std::nullopt;
  const auto* object = stated.if_object();
  if (object == nullptr || object->empty() || !live->is_object()) return *live;
  JsonObject out;
  for (const auto& entry : *object) {
    if (auto value = projected(member(*live, entry.key()), entry.value())) out[entry.key()] = std::move(*value);
  }
  if (out.empty()) return std::nullopt;
  return out;
}

// Bindings are a set: those that the manifest does not name are in it by their type.
JsonObject projected_bindings(const JsonObject& live, const Json& stated) {
  JsonObject out;
  for (const auto& entry : live) {
    const auto* wanted = member(stated, entry.key());
    if (wanted == nullptr) {
      out[entry.key()] = JsonObject{{"type", string_member(entry.value(), "type")}};
    } else {
      const bool same = binding_satisfies(entry.value().get_object(), wanted->get_object());
      out[entry.key()] = same ? *wanted : entry.value();
    }
  }
  return out;
}

JsonObject settings_before(const Target& target, const JsonObject& live) {
  const auto canonical = with_service_defaults(canonical_settings(live));
  JsonObject out;
  for (const auto& entry : target.settings) {
    const auto* value = member(canonical, entry.key());
    if (entry.key() == "bindings") {
      if (value != nullptr) out["bindings"] = projected_bindings(value->get_object(), entry.value());
    } else if (auto part = projected(value, entry.value())) {
      out.emplace(entry.key(), std::move(*part));
    }
  }
  return out;
}

JsonObject state_of(const Target& target, const LiveWorker* live) {
  JsonObject state{{"settings", with_names(target.settings, target)}, {"modules", target.attestation.modules}};
  if (auto secrets = secret_references(target); !secrets.empty()) state["secrets"] = std::move(secrets);
  if (target.desired->subdomain) state["subdomain"] = *target.desired->subdomain;
  if (const auto& schedules = target.schedules) {
    state["schedules"] = JsonArray(schedules->begin(), schedules->end());
  }
  if (target.assets) state["assets"] = target.assets->digest;
  if (const auto& migrations = target.desired->migrations) {
    JsonArray pending;
    for (const auto& migration : pending_migrations(target, live)) {
      pending.push_back({{"tag", migration.tag}, {"steps", migration.steps}});
    }
    state["migration_tag"] = migrations->empty() ? "" : migrations->back().tag;
    if (!pending.empty()) state["migrations"] = std::move(pending);
  }
  if (target.desired->queue_consumers) state["queue_consumers"] = to_json(desired_consumers(target));
  if (target.desired->workflows) state["workflows"] = to_json(desired_workflows(target));
  return state;
}

JsonObject state_of_live(const Target& target, const LiveWorker& live) {
  JsonObject state{{"settings", JsonObject()}};
  const auto settings = known_settings(live);
  if (settings.is_known()) {
    state["settings"] = with_names(settings_before(target, *settings), target);
    JsonObject secrets;
    for (const auto& name : secret_names(*settings)) {
      if (target.secrets.contains(name)) secrets.emplace(name, JsonObject());
    }
    if (!secrets.empty()) state["secrets"] = std::move(secrets);
  }
  const auto attestation = known_attestation(live);
  if (attestation.is_known()) state["modules"] = attestation->modules;
  if (attestation.is_known() && target.assets) state["assets"] = attestation->assets;
  const auto subdomain = known_subdomain(live);
  if (target.desired->subdomain && subdomain.is_known()) {
    const Json before = *subdomain;
    state["subdomain"] = projected(&before, *target.desired->subdomain).value_or(nullptr);
  }
  const auto schedules = known_schedules(live);
  if (target.schedules && schedules.is_known()) {
    state["schedules"] = JsonArray(schedules->begin(), schedules->end());
  }
  if (target.desired->migrations) state["migration_tag"] = live_migration_tag(&live);
  if (target.desired->queue_consumers) state["queue_consumers"] = to_json(consumers_before(target, live));
  if (target.desired->workflows) state["workflows"] = to_json(workflows_before(target, live));
  return state;
}

}  // namespace

JsonObject state_after(const WorkerChange& change) {
  return change.target ? state_of(*change.target, change.live.get()) : JsonObject();
}

JsonObject state_before(const WorkerChange& change) {
  if (!change.live) return {};
  if (change.target) return state_of_live(*change.target, *change.live);
  if (change.action == Action::remove) return {{"tag", string_member(change.live->entry, "tag")}};
  return {};
}

JsonObject secret_references(const Target& target) {
  JsonObject references;
  for (const auto& [name, reference] : target.desired->secrets) {
    references.emplace(name, JsonObject{{"store", reference.store}, {"key", reference.key}});
  }
  return references;
}

}  // namespace plumbline::reconciler
