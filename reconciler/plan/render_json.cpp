#include <algorithm>
#include <array>
#include <map>
#include <span>

#include "base/digest.h"
#include "base/version.h"
#include "reconciler/model/module_change.h"
#include "reconciler/plan/plan_state.h"
#include "reconciler/plan/render.h"

namespace plumbline::reconciler {
namespace {

std::string_view policy_name(Prune policy) {
  switch (policy) {
    case Prune::report:
      return "report";
    case Prune::upsert_only:
      return "upsert-only";
    case Prune::sync:
      return "sync";
  }
  return {};
}

JsonArray actions_of(Action action) {
  switch (action) {
    case Action::create:
      return {"create"};
    case Action::update:
      return {"update"};
    case Action::remove:
      return {"delete"};
    case Action::forget:
      return {"forget"};
    case Action::no_op:
      return {"no-op"};
  }
  return {};
}

// What leads to a Worker is not known to have been applied by us if nobody remembers that the Worker was.
Origin origin_of(const ExposureChange& exposure, const WorkerChange& owner) {
  if (exposure.drift) return Origin::drift;
  const bool remembered = owner.live && owner.live->memory && !owner.live->memory->applied.empty();
  const bool is_new = exposure.action == Action::no_op || owner.action == Action::create || owner.importing;
  return remembered || is_new || owner.action == Action::remove ? Origin::intent : Origin::unknown;
}

Origin origin_of(const ZoneWorkerChange& change) {
  return change.drift ? Origin::drift : Origin::intent;
}

template <class Change>
std::string_view action_reason(const Change& change, Origin origin) {
  if (change.importing) return "adopt";
  if (origin == Origin::drift) return "drift_repair";
  return change.action == Action::remove ? "delete_because_no_resource_config" : "";
}

// A secret is `true` under the same pointer in the `_sensitive` twin, and its value is nowhere.
Json sensitive(const JsonObject& state) {
  JsonObject out;
  if (const auto* secrets = member(state, "secrets")) {
    JsonObject names;
    for (const auto& entry : secrets->get_object()) names.emplace(entry.key(), true);
    out["secrets"] = std::move(names);
  }
  return out;
}

JsonObject operation_of(const PlannedCall& call, const std::string& account) {
  return {{"method", call.operation->method}, {"path", call.target(account)}, {"why", call.why}};
}

template <class Change>
JsonArray operations_of(const Change& change, const std::string& account) {
  JsonArray out;
  for (const auto& call : change.calls) out.push_back(operation_of(call, account));
  return out;
}

Json change_of(const WorkerChange& change) {
  const auto before = state_before(change);
  const auto after = state_after(change);
  JsonObject out{{"actions", actions_of(change.action)},
                 {"before", change.live ? Json(before) : Json(nullptr)},
                 {"after", change.target ? Json(after) : Json(nullptr)},
                 {"after_unknown", JsonObject()},
                 {"before_sensitive", sensitive(before)},
                 {"after_sensitive", sensitive(after)}};
  if (change.importing) out["importing"] = JsonObject{{"id", change.name}};
  return out;
}

// With whatever a block waits for, which need not be in the plan.
JsonArray waits_of(std::vector<std::string> needs, const std::optional<Block>& block) {
  for (const auto& address : block ? block->waits_for : std::vector<std::string>()) {
    if (std::ranges::find(needs, address) == needs.end()) needs.push_back(address);
  }
  return JsonArray(needs.begin(), needs.end());
}

JsonArray waits_of(const WorkerChange& change) {
  return waits_of(change.needs, change.block);
}

// A route to a Worker that is not there yet, or that may not go as long as this leads to it.
JsonArray waits_of(const ExposureChange& exposure, const WorkerChange& owner) {
  const bool waits = exposure.call && owner.action == Action::create;
  return waits_of(waits ? std::vector{address_of(owner)} : std::vector<std::string>(), exposure.block);
}

// Where the live code was not read, a module has neither an action nor the size that it had.
JsonArray modules_of(const WorkerChange& change) {
  JsonArray out;
  if (!change.target) return out;
  for (const auto& module : module_changes(*change.target, change.live.get())) {
    JsonObject entry{{"name", module.name}};
    if (module.action) entry["action"] = actions_of(*module.action).front();
    if (module.size) entry["size"] = *module.size;
    if (module.size_before) entry["size_before"] = *module.size_before;
    entry["digest"] = module.digest;
    out.push_back(std::move(entry));
  }
  return out;
}

JsonArray unattested_of(const WorkerChange& change) {
  constexpr std::string_view kSecret = "secret ";
  JsonArray out;
  for (const auto& line : change.lines) {
    if (line.symbol == '?' && line.what.starts_with(kSecret)) out.emplace_back(line.what.substr(kSecret.size()));
  }
  return out;
}

JsonObject resource_of(const WorkerChange& change, const Plan& plan) {
  return {{"address", address_of(change)},
          {"type", "worker"},
          {"name", change.name},
          {"account", plan.account},
          {"file", change.file},
          {"action_reason", action_reason(change, change.origin)},
          {"origin", to_string(change.origin)},
          {"change", change_of(change)},
          {"modules", modules_of(change)},
          {"unattested", unattested_of(change)},
          {"operations", operations_of(change, plan.account)},
          {"waits_for", waits_of(change)}};
}

Json state_or_null(const JsonObject& state) {
  return state.empty() ? Json(nullptr) : Json(state);
}

Json change_of(const ExposureChange& exposure) {
  JsonObject out{{"actions", actions_of(exposure.action)},
                 {"before", state_or_null(exposure.before)},
                 {"after", state_or_null(exposure.after_state)},
                 {"after_unknown", JsonObject()},
                 {"before_sensitive", JsonObject()},
                 {"after_sensitive", JsonObject()}};
  if (exposure.importing) out["importing"] = JsonObject{{"id", exposure.id}};
  return out;
}

JsonObject resource_of(const ExposureChange& exposure, const WorkerChange& owner, const Plan& plan) {
  JsonArray operations;
  if (exposure.call) operations.push_back(operation_of(*exposure.call, plan.account));
  const auto origin = origin_of(exposure, owner);
  return {{"address", address_of(exposure)},
          {"type", word_of(exposure.type)},
          {"name", exposure.name},
          {"account", plan.account},
          {"file", exposure.file},
          {"action_reason", action_reason(exposure, origin)},
          {"origin", to_string(origin)},
          {"change", change_of(exposure)},
          {"operations", std::move(operations)},
          {"waits_for", waits_of(exposure, owner)}};
}

JsonObject resource_of(const ZoneWorkerChange& change, const Plan& plan) {
  const JsonObject states{{"actions", actions_of(change.action)},       {"before", state_or_null(change.before)},
                          {"after", state_or_null(change.after_state)}, {"after_unknown", JsonObject()},
                          {"before_sensitive", JsonObject()},           {"after_sensitive", JsonObject()}};
  return {{"address", address_of(change)},
          {"type", "zone_worker"},
          {"name", change.zone},
          {"account", plan.account},
          {"file", change.file},
          {"action_reason", action_reason(change, origin_of(change))},
          {"origin", to_string(origin_of(change))},
          {"change", states},
          {"operations", operations_of(change, plan.account)},
          {"waits_for", JsonArray()}};
}

JsonObject drift_of(const ZoneWorkerChange& change, const Plan& plan) {
  JsonArray parts;
  for (const auto& line : change.lines) parts.emplace_back(line.what);
  return {{"address", address_of(change)}, {"type", "zone_worker"}, {"name", change.zone},
          {"account", plan.account},       {"changed_by", ""},      {"parts", parts}};
}

JsonObject drift_of(const ExposureChange& exposure, const Plan& plan) {
  return {{"address", address_of(exposure)},
          {"type", word_of(exposure.type)},
          {"name", exposure.name},
          {"account", plan.account},
          {"changed_by", ""},
          {"parts", JsonArray()}};
}

JsonObject drift_of(const WorkerChange& change, const Plan& plan) {
  JsonArray parts;
  for (const auto& line : change.lines) {
    if (line.is_drift()) parts.emplace_back(line.what);
  }
  return {{"address", address_of(change)},
          {"type", "worker"},
          {"name", change.name},
          {"account", plan.account},
          {"changed_by", change.edit.source},
          {"author", change.edit.email},
          {"changed_on", change.edit.created_on},
          {"parts", parts}};
}

bool has_drift(const WorkerChange& change) {
  return reconciler::has_drift(change.origin);
}
template <class Change>
bool has_drift(const Change& change) {
  return change.drift;
}

JsonArray diagnostics_of(const Plan& plan) {
  JsonArray out;
  for (const auto& diagnostic : plan.diagnostics) {
    out.push_back({{"severity", to_string(diagnostic.severity)},
                   {"summary", diagnostic.summary},
                   {"detail", diagnostic.detail},
                   {"file", diagnostic.where.file},
                   {"line", diagnostic.where.line},
                   {"column", diagnostic.where.column}});
  }
  return out;
}

JsonObject summary_of(const PlanSummary& summary) {
  return {{"add", summary.add},        {"change", summary.change},       {"destroy", summary.destroy},
          {"import", summary.import},  {"unchanged", summary.unchanged}, {"api_calls", summary.api_calls},
          {"seconds", summary.seconds}};
}

JsonObject block_of(const std::string& address, const Block& block) {
  return {{"address", address},
          {"reason", to_string(block.reason)},
          {"message", block.message},
          {"override", block.override_with}};
}

JsonArray methods_and_paths(std::span<const PlannedCall> calls) {
  JsonArray out;
  for (const auto& call : calls) out.push_back(JsonArray{call.operation->method, call.path()});
  return out;
}

// A plan of which less is stopped is another one; but not for what depends on where and when it is made: on values that
// this run cannot reach, on what was applied before, on what a person has suspended.
std::string_view stopped_by(const std::optional<Block>& block) {
  constexpr std::array kOfThisRun{Reason::secret_missing, Reason::drifted,          Reason::flapping,
                                  Reason::perpetual_diff, Reason::create_uncertain, Reason::suspended};
  if (!block || std::ranges::find(kOfThisRun, block->because.value_or(block->reason)) != kOfThisRun.end()) return {};
  return to_string(block->reason);
}

// Whether a secret's value is new does not count, only whether there is one and where it comes from: a plan reviewed
// yesterday may be applied after a rotation. What stays as it is counts by that alone, whatever it holds.
JsonArray digested(const WorkerChange& change) {
  if (change.action == Action::no_op || change.only_rotation) {
    return {actions_of(Action::no_op), change.target ? secret_references(*change.target) : JsonObject(),
            stopped_by(change.block)};
  }
  return {actions_of(change.action), state_before(change), state_after(change), methods_and_paths(change.calls),
          stopped_by(change.block)};
}

// Whether all that is digested of a change is that there is none.
bool is_bare_no_op(const WorkerChange& change) {
  return change.action == Action::no_op && !change.block && (!change.target || change.target->desired->secrets.empty());
}

JsonArray values_of(std::map<std::string, JsonObject> by_address) {
  JsonArray out;
  for (auto& [address, object] : by_address) out.emplace_back(std::move(object));
  return out;
}

}  // namespace

Json render_json(const Plan& plan) {
  // The order of apply is for the reader of a text; a machine compares by address.
  std::map<std::string, JsonObject> changes;
  std::map<std::string, JsonObject> drift;
  std::map<std::string, JsonObject> blocked;
  const auto add = [&](const auto& change, const auto&... owner) {
    const auto address = address_of(change);
    changes.emplace(address, resource_of(change, owner..., plan));
    if (has_drift(change)) drift.emplace(address, drift_of(change, plan));
    if (change.block) blocked.emplace(address, block_of(address, *change.block));
  };
  for (const auto& change : plan.workers) {
    add(change);
    for (const auto& exposure : change.exposure) add(exposure, change);
  }
  for (const auto& change : plan.zone_workers) add(change);
  return {{"format_version", "1.0"},
          {"plumbline_version", version()},
          {"source", to_string(plan.owner)},
          {"environment", plan.environment},
          {"policy", policy_name(plan.policy)},
          {"revision", plan.revision},
          {"digest", plan.digest},
          {"complete", plan.complete},
          {"applyable", plan.has_writes()},
          {"errored", plan.errored},
          {"summary", summary_of(plan.summary)},
          {"resource_changes", values_of(std::move(changes))},
          {"resource_drift", values_of(std::move(drift))},
          {"blocked", values_of(std::move(blocked))},
          {"diagnostics", diagnostics_of(plan)}};
}

void digest_plan(Plan& plan) {
  // A digest for each address first: the documents of many Workers are never in memory at once.
  std::map<std::string, std::string> entries;
  const auto add = [&](std::string address, Action action, const JsonArray& entry) {
    const auto text = to_canonical_text(entry);
    if (action != Action::no_op && action != Action::forget) plan.change_digests[address] = sha256_hex(text);
    entries.insert_or_assign(std::move(address), sha256(text));
  };
  plan.change_digests.clear();
  const auto unchanged = sha256(to_canonical_text(JsonArray{actions_of(Action::no_op), JsonObject(), ""}));
  for (const auto& change : plan.workers) {
    if (is_bare_no_op(change)) {
      entries.insert_or_assign(address_of(change), unchanged);
    } else {
      add(address_of(change), change.only_rotation ? Action::no_op : change.action, digested(change));
    }
    for (const auto& exposure : change.exposure) {
      const std::span calls(exposure.call ? &*exposure.call : nullptr, exposure.call ? 1 : 0);
      add(address_of(exposure), exposure.action,
          {actions_of(exposure.action), exposure.before, exposure.after_state, methods_and_paths(calls),
           stopped_by(exposure.block)});
    }
  }
  for (const auto& change : plan.zone_workers) {
    add(address_of(change), change.action,
        {actions_of(change.action), change.before, change.after_state, methods_and_paths(change.calls),
         stopped_by(change.block)});
  }
  std::string content = to_canonical_text(JsonArray{plan.account, to_string(plan.owner)});
  for (const auto& [address, digest] : entries) {
    content += to_canonical_text(Json(address));
    content += digest;
  }
  plan.digest = "sha256:" + sha256_hex(content);
}

}  // namespace plumbline::reconciler
