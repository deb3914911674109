#include "reconciler/parts/workflows.h"

#include <fmt/format.h>

#include <algorithm>

#include "reconciler/model/canonical.h"
#include "reconciler/plan/gates.h"

namespace plumbline::reconciler {
namespace {

const JsonObject* find(const Triggers& triggers, const std::string& name) {
  const auto found = triggers.find(name);
  return found == triggers.end() ? nullptr : &found->second;
}

Triggers live_workflows(const LiveWorker* worker) {
  const auto known = worker != nullptr ? known_workflows(*worker) : Known<Triggers>();
  return known.is_known() ? *known : Triggers();
}

std::vector<std::string> differing_keys(const JsonObject& live, const JsonObject& desired) {
  std::vector<std::string> keys;
  for (const auto& entry : desired) {
    if (!satisfies(member(live, entry.key()), entry.value())) keys.emplace_back(entry.key());
  }
  return keys;
}

std::vector<std::string> to_put(const Target& target, const LiveWorker* worker) {
  std::vector<std::string> names;
  const auto live = live_workflows(worker);
  for (const auto& [name, settings] : desired_workflows(target)) {
    const auto* before = find(live, name);
    if (before == nullptr || !differing_keys(*before, settings).empty()) names.push_back(name);
  }
  return names;
}

// A read tells more of a schedule than a write takes.
JsonArray crons_only(const Json& schedules) {
  JsonArray out;
  if (!schedules.is_array()) return out;
  for (const auto& schedule : schedules.get_array()) out.push_back({{"cron", string_member(schedule, "cron")}});
  return out;
}

// What a PUT sends, which replaces the whole: unmanaged settings keep their values, as far as they are known.
JsonObject merged(JsonObject live, const JsonObject& desired) {
  for (const auto& entry : desired) {
    auto& value = live[entry.key()];
    if (!value.is_object() || !entry.value().is_object()) {
      value = entry.value();
      continue;
    }
    for (const auto& inner : entry.value().get_object()) value.get_object()[inner.key()] = inner.value();
  }
  return live;
}

std::map<std::string, std::string> wanted_workflows(const std::vector<Target>& targets, const Policy& policy) {
  std::map<std::string, std::string> wanted;
  for (const auto& target : targets) {
    if (!target.desired->workflows || !is_in_scope(target.desired->name, policy)) continue;
    for (const auto& workflow : *target.desired->workflows) wanted.emplace(workflow.name, target.desired->name);
  }
  return wanted;
}

void resolve(Target& target, const LiveState& live, const Policy& policy,
             const std::map<std::string, std::string>& wanted) {
  auto& context = target.triggers;
  const auto& worker = target.desired->name;
  context.workflows_taken.clear();
  context.workflows_given.clear();
  for (const auto& [name, settings] : desired_workflows(target)) {
    const auto found = live.workflows.items->find(name);
    if (found == live.workflows.items->end() || found->second.worker == worker) continue;
    if (is_of_source(found->second.worker, live, policy)) context.workflows_taken[name] = found->second.worker;
  }
  for (const auto& [name, workflow] : *live.workflows.items) {
    const auto taker = wanted.find(name);
    const bool given = workflow.worker == worker && taker != wanted.end() && taker->second != worker;
    if (given) context.workflows_given[name] = taker->second;
  }
}

}  // namespace

Workflows workflows_of(const JsonArray& list) {
  Workflows workflows;
  for (const auto& item : list) {
    Workflow workflow{std::string(string_member(item, "script_name")), {}};
    workflow.settings["class_name"] = string_member(item, "class_name");
    if (const auto* limits = member(item, "limits"); limits != nullptr && limits->is_object()) {
      workflow.settings["limits"] = *limits;
    }
    if (const auto* schedules = member(item, "schedules")) {
      if (auto crons = crons_only(*schedules); !crons.empty()) workflow.settings["schedules"] = std::move(crons);
    }
    workflows.insert_or_assign(std::string(string_member(item, "name")), std::move(workflow));
  }
  return workflows;
}

void set_workflows(LiveState& live, Workflows workflows) {
  std::map<std::string, Triggers> by_worker;
  for (const auto& [name, workflow] : workflows) by_worker[workflow.worker][name] = workflow.settings;
  for (auto& [name, worker] : live.workers) worker.workflows = Known<Triggers>::known(std::move(by_worker[name]));
  live.workflows.items = Known<Workflows>::known(std::move(workflows));
}

Triggers desired_workflows(const Target& target) {
  Triggers out;
  if (!target.desired->workflows) return out;
  for (const auto& workflow : *target.desired->workflows) {
    auto settings = workflow.settings;
    settings["class_name"] = workflow.class_name;
    out.emplace(workflow.name, std::move(settings));
  }
  return out;
}

Known<Triggers> known_workflows(const LiveWorker& worker) {
  const auto* remembered = worker.memory && worker.memory->workflows ? &*worker.memory->workflows : nullptr;
  if (worker.workflows.is_known()) {
    auto workflows = *worker.workflows;
    for (auto& [name, settings] : workflows) {
      const auto* before = remembered != nullptr ? find(*remembered, name) : nullptr;
      const auto* limits = before != nullptr ? member(*before, "limits") : nullptr;
      if (limits != nullptr && !settings.contains("limits")) settings["limits"] = *limits;
    }
    return Known<Triggers>::known(std::move(workflows));
  }
  if (worker.clean && remembered != nullptr) return Known<Triggers>::known(*remembered);
  return {};
}

bool needs_workflows(const Target& target, const LiveWorker* worker) {
  if (!target.desired->workflows) return false;
  if (worker != nullptr && known_workflows(*worker).is_unknown()) return true;
  return !to_put(target, worker).empty();
}

void resolve_workflows(std::vector<Target>& targets, const LiveState& live, const Policy& policy) {
  if (!live.workflows.items.is_known()) return;
  const auto wanted = wanted_workflows(targets, policy);
  for (auto& target : targets) {
    if (target.desired->workflows) resolve(target, live, policy, wanted);
  }
}

std::optional<Block> workflow_block(const Target& target, const LiveWorker* worker, const LiveState& live) {
  if (!target.desired->workflows) return std::nullopt;
  const auto* workflows = live.workflows.items.if_known();
  if (workflows == nullptr) {
    if (!live.workflows.failure || !needs_workflows(target, worker)) return std::nullopt;
    return Block{Reason::read_failed,
                 "workflows: the workflows of the account could not be read: " + api::to_text(*live.workflows.failure),
                 "try again later, or see that the token may read workflows"};
  }
  for (const auto& [name, settings] : desired_workflows(target)) {
    const auto found = workflows->find(name);
    if (found == workflows->end() || found->second.worker == target.desired->name) continue;
    if (target.triggers.workflows_taken.contains(name)) continue;
    const bool orphaned = !live.workers.contains(found->second.worker);
    return Block{Reason::ownership_conflict,
                 fmt::format("workflows: the workflow \"{}\" is held by Worker {}, which {}", name,
                             found->second.worker, orphaned ? "is gone" : "does not belong to this source"),
                 fmt::format("give it another name, or delete that one (wrangler workflows delete {}), which ends its "
                             "instances",
                             name)};
  }
  return std::nullopt;
}

void diff_workflows(const Target& target, const LiveWorker* worker, WorkerDiff& diff) {
  if (!target.desired->workflows) return;
  const auto live = live_workflows(worker);
  const auto desired = desired_workflows(target);
  diff.put_workflows = to_put(target, worker);
  for (const auto& name : diff.put_workflows) {
    const std::string what = "workflow " + name;
    const auto* before = find(live, name);
    if (before == nullptr) {
      auto detail = "class " + std::string(string_member(desired.at(name), "class_name"));
      const auto holder = target.triggers.workflows_taken.find(name);
      if (holder != target.triggers.workflows_taken.end()) detail += "; taken over from worker." + holder->second;
      diff.lines.push_back({'+', what, std::move(detail), {}});
      continue;
    }
    for (const auto& key : differing_keys(*before, desired.at(name))) {
      const auto from = shown(member(*before, key));
      const auto to = shown(member(desired.at(name), key));
      diff.lines.push_back(change_line(fmt::format("{}.{}", what, key), from, to));
    }
  }
  for (const auto& [name, settings] : live) {
    if (desired.contains(name)) continue;
    const auto taker = target.triggers.workflows_given.find(name);
    diff.lines.push_back({'.',
                          "workflow " + name,
                          taker != target.triggers.workflows_given.end()
                              ? "goes to worker." + taker->second
                              : "not in the manifest, kept: deleting it ends its instances",
                          {}});
  }
}

void add_workflow_calls(const Target& target, const LiveWorker* worker, const WorkerDiff& diff,
                        std::vector<PlannedCall>& calls) {
  if (diff.put_workflows.empty()) return;
  const auto after = workflows_after(target, worker);
  for (const auto& name : diff.put_workflows) {
    JsonObject body = after.at(name);
    body["script_name"] = target.desired->name;
    PlannedCall call{"put_workflow",
                     {{"workflow_name", name}},
                     "let the Worker's class implement the workflow " + name,
                     std::move(body)};
    // A PUT takes over whatever is there: what is not our Worker's yet is read right before.
    const auto holder = target.triggers.workflows_taken.find(name);
    const bool takes_over = holder != target.triggers.workflows_taken.end();
    const auto live = live_workflows(worker);
    if (takes_over) {
      call.expected = holder->second;
    } else if (find(live, name) == nullptr) {
      call.expected = std::string();
    }
    calls.push_back(std::move(call));
  }
}

void leave_to_takers(LiveWorker& worker, const std::vector<Target>& targets) {
  if (!worker.workflows.is_known()) return;
  auto workflows = *worker.workflows;
  std::erase_if(workflows, [&targets](const auto& held) {
    return std::ranges::any_of(
        targets, [&held](const Target& target) { return desired_workflows(target).contains(held.first); });
  });
  worker.workflows = Known<Triggers>::known(std::move(workflows));
}

Triggers workflows_after(const Target& target, const LiveWorker* worker) {
  Triggers out;
  auto live = live_workflows(worker);
  for (const auto& [name, settings] : desired_workflows(target)) {
    const auto* before = find(live, name);
    out.insert_or_assign(name, before != nullptr ? merged(*before, settings) : settings);
  }
  // Those that the manifest does not name are kept.
  for (auto& [name, settings] : live) {
    if (!target.triggers.workflows_given.contains(name)) out.try_emplace(name, std::move(settings));
  }
  return out;
}

Triggers workflows_before(const Target& target, const LiveWorker& worker) {
  Triggers out;
  const auto desired = desired_workflows(target);
  for (const auto& [name, settings] : live_workflows(&worker)) {
    const auto* wanted = find(desired, name);
    if (wanted == nullptr) continue;
    JsonObject& before = out[name];
    for (const auto& entry : *wanted) {
      const auto* value = member(settings, entry.key());
      if (value == nullptr) continue;
      before[entry.key()] = satisfies(value, entry.value()) ? entry.value() : *value;
    }
  }
  return out;
}

}  // namespace plumbline::reconciler
