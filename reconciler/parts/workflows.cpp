#include "reconciler/parts/workflows.h"

#include <fmt/format.h>

#include <array>

#include "reconciler/model/canonical.h"
#include "reconciler/parts/held_part.h"
#include "reconciler/parts/parts.h"

namespace plumbline::reconciler {
namespace {

constexpr std::string_view kWorkflows = "workflows";

// What the list of workflows does not tell.
constexpr std::array<std::string_view, 4> kUntold{"limits", "concurrency", "default_retention", "jurisdiction"};

// A read tells more of a schedule than a write takes.
JsonArray crons_only(const Json& schedules) {
  JsonArray out;
  if (!schedules.is_array()) return out;
  for (const auto& schedule : schedules.get_array()) out.push_back({{"cron", string_member(schedule, "cron")}});
  return out;
}

/// Workflows, held by the Worker whose class implements them. One that a manifest no longer names is kept and reported:
/// deleting it ends its instances. What the list of workflows does not tell is compared with what we wrote last, and
/// written once where nothing is remembered.
class WorkflowsPart final : public HeldPart {
 public:
  WorkflowsPart() : HeldPart({kWorkflows, "workflow", kWorkflows, Read::Kind::workflows}) {}

  // What a manifest takes over goes to it before.
  [[nodiscard]] PartDiff removal(const Subject& subject) const override {
    PartDiff diff;
    if (subject.account->live->workflows.failure) {
      diff.unread_ends = unread_block("the workflows of the account", subject.account->live->workflows.failure);
    }
    for (const auto& [name, settings] : live_things(subject.live)) {
      if (is_claimed(subject, name)) continue;
      diff.ends.push_back({Ended::Kind::workflow, Ended::Road::worker_deleted, name, {}});
    }
    return diff;
  }

  // As read, with what is remembered of the rest.
  [[nodiscard]] std::optional<Json> known_value(const LiveWorker& live) const override {
    auto value = HeldPart::known_value(live);
    const auto* remembered = live.memory ? find_value(live.memory->parts, kWorkflows) : nullptr;
    auto* workflows = value ? value->if_object() : nullptr;
    if (workflows == nullptr || remembered == nullptr) return value;
    for (auto& entry : *workflows) {
      const auto* before = member(*remembered, entry.key());
      auto* settings = entry.value().if_object();
      if (before == nullptr || settings == nullptr) continue;
      for (const auto key : kUntold) {
        if (const auto* old = member(*before, key)) settings->emplace(key, *old);
      }
    }
    return value;
  }

 protected:
  [[nodiscard]] std::optional<Triggers> stated(const manifests::DesiredWorker& worker) const override {
    if (!worker.workflows) return std::nullopt;
    Triggers out;
    for (const auto& workflow : *worker.workflows) {
      auto settings = workflow.settings;
      settings["class_name"] = workflow.class_name;
      out.emplace(workflow.name, std::move(settings));
    }
    return out;
  }
  [[nodiscard]] bool is_unread(const LiveState& live) const override { return live.workflows.is_unread(); }
  [[nodiscard]] const std::optional<api::Error>& failure(const LiveState& live) const override {
    return live.workflows.failure;
  }

  [[nodiscard]] std::string holder(const Subject& subject, const std::string& name) const override {
    const auto* found = find_workflow(subject, name);
    const auto& account = *subject.account;
    const bool taken = found != nullptr && found->worker != subject.name() &&
                       is_of_source(found->worker, *account.live, account.policy->owner);
    return taken ? found->worker : std::string();
  }

  [[nodiscard]] std::vector<std::string> differing(const JsonObject& live, const JsonObject& desired) const override {
    std::vector<std::string> keys;
    for (const auto& entry : desired) {
      if (!satisfies(member(live, entry.key()), entry.value())) keys.emplace_back(entry.key());
    }
    return keys;
  }
  [[nodiscard]] std::optional<Json> live_value(const JsonObject& live, std::string_view key) const override {
    const auto* value = member(live, key);
    return value != nullptr ? std::optional<Json>(*value) : std::nullopt;
  }
  [[nodiscard]] JsonObject merged(JsonObject live, const JsonObject& desired) const override {
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
  [[nodiscard]] std::string described(const JsonObject& desired) const override {
    return "class " + std::string(string_member(desired, "class_name"));
  }

  [[nodiscard]] std::optional<Block> held_block(const Subject& subject, const Triggers& desired) const override {
    for (const auto& [name, settings] : desired) {
      const auto* found = find_workflow(subject, name);
      if (found == nullptr || found->worker == subject.name() || !holder(subject, name).empty()) continue;
      const bool orphaned = !subject.account->live->workers.contains(found->worker);
      return Block{
          Reason::ownership_conflict,
          fmt::format("workflows: the workflow \"{}\" is held by Worker {}, which {}", name, found->worker,
                      orphaned ? "is gone" : "does not belong to this source"),
          fmt::format("give yours another name, or delete the live one (wrangler workflows delete {}), which ends "
                      "its instances",
                      name)};
    }
    return std::nullopt;
  }

  // A PUT takes over whatever is there: what is not this Worker's yet is read right before.
  [[nodiscard]] std::vector<PlannedCall> put_calls(const Subject& subject, const std::string& name,
                                                   const JsonObject& desired, const JsonObject* live) const override {
    auto body = live != nullptr ? merged(*live, desired) : desired;
    body["script_name"] = subject.name();
    PlannedCall call{"put_workflow",
                     {{"workflow_name", name}},
                     "let the Worker's class implement the workflow " + name,
                     std::move(body)};
    if (auto from = holder(subject, name); !from.empty() || live == nullptr) call.expected = std::move(from);
    return {std::move(call)};
  }

  void add_surplus(const Subject& /*subject*/, const std::string& name, const std::string* taker,
                   PartDiff& diff) const override {
    diff.line(
        '.', "workflow " + name,
        taker != nullptr ? "goes to worker." + *taker : "not in the manifest, kept: deleting it ends its instances");
  }
  [[nodiscard]] bool keeps_surplus() const override { return true; }

  [[nodiscard]] std::optional<JsonObject> before(const JsonObject& live, const JsonObject* desired) const override {
    if (desired == nullptr) return std::nullopt;
    JsonObject out;
    for (const auto& entry : *desired) {
      const auto* value = member(live, entry.key());
      if (value != nullptr) out[entry.key()] = satisfies(value, entry.value()) ? entry.value() : *value;
    }
    return out;
  }

 private:
  static const Workflow* find_workflow(const Subject& subject, const std::string& name) {
    const auto* workflows = subject.account->live->workflows.items.if_known();
    if (workflows == nullptr) return nullptr;
    const auto found = workflows->find(name);
    return found == workflows->end() ? nullptr : &found->second;
  }
};

}  // namespace

Workflows workflows_of(const JsonArray& list) {
  Workflows workflows;
  for (const auto& item : list) {
    Workflow workflow{std::string(string_member(item, "script_name")), {}};
    workflow.settings["class_name"] = string_member(item, "class_name");
    for (const auto key : kUntold) {
      if (const auto* told = member(item, key); told != nullptr && !told->is_null()) workflow.settings[key] = *told;
    }
    if (const auto* schedules = member(item, "schedules")) {
      if (auto crons = crons_only(*schedules); !crons.empty()) workflow.settings["schedules"] = std::move(crons);
    }
    workflows.insert_or_assign(std::string(string_member(item, "name")), std::move(workflow));
  }
  return workflows;
}

void set_workflows(LiveState& live, Workflows workflows) {
  std::map<std::string, JsonObject> by_worker;
  for (const auto& [name, workflow] : workflows) by_worker[workflow.worker][name] = workflow.settings;
  for (auto& [name, worker] : live.workers) {
    worker.parts.insert_or_assign(std::string(kWorkflows), std::move(by_worker[name]));
  }
  live.workflows.items = Known<Workflows>::known(std::move(workflows));
}

const Part& workflows_part() {
  static const WorkflowsPart part;
  return part;
}

}  // namespace plumbline::reconciler
