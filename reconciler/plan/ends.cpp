#include "reconciler/plan/ends.h"

#include <fmt/format.h>

#include <algorithm>

#include "manifests/wrangler/wrangler_config.h"
#include "reconciler/model/plan_input.h"
#include "reconciler/parts/consumers.h"
#include "reconciler/parts/migrations.h"
#include "reconciler/parts/workflows.h"
#include "reconciler/plan/gates.h"

namespace plumbline::reconciler {
namespace {

using Kind = Ended::Kind;
using Road = Ended::Road;
using Names = DurableClasses::Names;

// What an entry of `exports` says of a class (https://developers.cloudflare.com/durable-objects/reference/
// durable-objects-migrations/). The service refuses one that has data and is not named (100402,
// provisioned_class_missing_from_config) or whose new name is taken (tombstone_renamed_to_occupied); nothing here leans
// on that, both are gated as if they went through.
enum class Lifecycle { live, renamed, transferred, ended, no_class };

Lifecycle lifecycle_of(const Json& entry) {
  const auto type = string_member(entry, "type");
  if (type != "durable-object" && type != "workflow") return Lifecycle::no_class;
  const auto* stated = member(entry, "state");
  if (stated == nullptr || stated->is_null()) return Lifecycle::live;
  const auto state = string_member(entry, "state");
  if (state == "created" || state == "expecting-transfer") return Lifecycle::live;
  if (state == "renamed" && !string_member(entry, "renamed_to").empty()) return Lifecycle::renamed;
  if (state == "transferred") return Lifecycle::transferred;
  return Lifecycle::ended;
}

const JsonObject* exports_in(const JsonObject& settings) {
  const auto* exports = member(settings, "exports");
  return exports != nullptr ? exports->if_object() : nullptr;
}

// Stated, `{}` included.
const JsonObject* stated_exports(const Target& target) {
  return exports_in(target.desired->settings);
}

bool has_tombstones(const JsonObject& exports) {
  return std::ranges::any_of(exports, [](const auto& entry) {
    const auto lifecycle = lifecycle_of(entry.value());
    return lifecycle != Lifecycle::live && lifecycle != Lifecycle::no_class;
  });
}

// Classes that the Worker is seen to have, by its own binding or its entry in the list of Workers.
Names seen_classes(const LiveWorker& live) {
  Names classes;
  for (auto& name : bound_classes(live)) classes.insert(name);
  const auto* exports = exports_in(live.entry);
  if (exports == nullptr) return classes;
  for (const auto& entry : *exports) {
    const bool expected = string_member(entry.value(), "state") == "expecting-transfer";
    const bool object = string_member(entry.value(), "type") == "durable-object";
    if (object && !expected && lifecycle_of(entry.value()) == Lifecycle::live) classes.emplace(entry.key());
  }
  return classes;
}

Names classes_of(const std::string& worker, const LiveWorker* live, const LiveState& all) {
  auto classes = live != nullptr ? seen_classes(*live) : Names();
  if (const auto* listed = all.durable_classes.items.if_known()) {
    const auto found = listed->by_worker.find(worker);
    if (found != listed->by_worker.end()) classes.insert(found->second.begin(), found->second.end());
  }
  return classes;
}

// Whether one manifest, or the live Worker, says that it waits for a class of `from`.
bool expects(const JsonObject* exports, std::string_view name, std::string_view from) {
  const auto* entry = exports != nullptr ? member(*exports, name) : nullptr;
  return entry != nullptr && string_member(*entry, "state") == "expecting-transfer" &&
         string_member(*entry, "transfer_from") == from;
}

// One that has a class of that name already cannot get another without losing its own.
bool is_expected(const std::string& taker, const std::string& name, std::string_view from, const PlanInput& input) {
  if (const auto* listed = input.live->durable_classes.items.if_known()) {
    const auto there = listed->by_worker.find(taker);
    if (there != listed->by_worker.end() && there->second.contains(name)) return false;
  }
  const auto target =
      std::ranges::find_if(*input.targets, [&taker](const Target& other) { return other.desired->name == taker; });
  if (target != input.targets->end()) {
    if (const auto* exports = stated_exports(*target)) return expects(exports, name, from);
  }
  const auto live = input.live->workers.find(taker);
  return live != input.live->workers.end() && expects(exports_in(live->second.entry), name, from);
}

// The ends that the `exports` of a manifest bring, class by class.
class ExportEnds {
 public:
  ExportEnds(const Target& target, const LiveWorker* live, const PlanInput& input)
      : worker_(target.desired->name), input_(input), classes_(classes_of(worker_, live, *input.live)) {}

  std::vector<Ended> run(const JsonObject& exports) {
    for (const auto& entry : exports) judge(std::string(entry.key()), entry.value());
    for (const auto& name : classes_) {
      const auto* entry = member(exports, name);
      if (entry == nullptr || string_member(*entry, "type") != "durable-object") add(Road::export_omitted, name);
    }
    return std::move(ends_);
  }

 private:
  void judge(const std::string& name, const Json& entry) {
    if (string_member(entry, "type") == "workflow") {
      const auto lifecycle = lifecycle_of(entry);
      if (lifecycle == Lifecycle::ended || lifecycle == Lifecycle::transferred) add_workflow(name);
      return;
    }
    const std::string taker(string_member(entry, "transferred_to"));
    const std::string renamed_to(string_member(entry, "renamed_to"));
    switch (lifecycle_of(entry)) {
      case Lifecycle::ended:
        if (may_exist(name)) add(Road::export_deleted, name);
        break;
      case Lifecycle::transferred:
        if (may_exist(name) && !is_expected(taker, name, worker_, input_)) add(Road::export_transferred, name, taker);
        break;
      case Lifecycle::renamed:
        if (classes_.contains(name) && classes_.contains(renamed_to)) add(Road::export_occupied, renamed_to, name);
        break;
      case Lifecycle::live:
      case Lifecycle::no_class:
        break;
    }
  }

  // Only a list that was read proves that a class is not there: then the entry tells what happened before.
  [[nodiscard]] bool may_exist(const std::string& name) const {
    const auto* listed = input_.live->durable_classes.items.if_known();
    return listed == nullptr || classes_.contains(name) || listed->of_nobody.contains(name);
  }

  void add_workflow(const std::string& class_name) {
    std::string name = class_name;
    if (const auto* workflows = input_.live->workflows.items.if_known()) {
      for (const auto& [workflow, held] : *workflows) {
        if (held.worker == worker_ && string_member(held.settings, "class_name") == class_name) name = workflow;
      }
    }
    ends_.push_back({Kind::workflow, Road::export_deleted, std::move(name), {}});
  }

  void add(Road road, std::string name, std::string by = {}) {
    ends_.push_back({Kind::durable_object_class, road, std::move(name), std::move(by)});
  }

  std::string worker_;
  const PlanInput& input_;
  Names classes_;
  std::vector<Ended> ends_;
};

std::string message_of(const Ended& end) {
  const auto data = fmt::format("the data of the Durable Object class \"{}\"", end.name);
  switch (end.road) {
    case Road::migration:
      return fmt::format("migration \"{}\" destroys {}", end.by, data);
    case Road::export_deleted:
      if (end.kind == Kind::workflow) return "exports ends the instances of the workflow \"" + end.name + "\"";
      return fmt::format("exports.{} says that the class is deleted, which destroys {}", end.name, data);
    case Road::export_omitted:
      return fmt::format("exports does not name the Durable Object class \"{}\", whose data may go with it", end.name);
    case Road::export_transferred:
      return fmt::format("exports.{} hands {} to Worker {}, which does not expect it or has one of that name", end.name,
                         data, end.by.empty() ? "nobody" : "\"" + end.by + "\"");
    case Road::export_occupied:
      return fmt::format("exports.{} is renamed to \"{}\", which has data of its own that may be lost", end.by,
                         end.name);
    case Road::left_out:
      return fmt::format(
          "queue_consumers leaves out the queue \"{}\", whose messages are lost some days after they "
          "have no consumer any more",
          end.name);
    case Road::worker_deleted:
      break;
  }
  if (end.kind == Kind::workflow) {
    return "deleting it leaves the instances of its workflow " + end.name + " without code to go on with";
  }
  if (end.kind == Kind::queue_consumer) {
    return fmt::format(
        "deleting it leaves the queue \"{}\" without a consumer, and its messages are lost after some "
        "days",
        end.name);
  }
  return end.name.empty() ? "deleting it destroys the data of its Durable Objects" : "deleting it destroys " + data;
}

// What may be done instead, where there is something.
std::string instead_of(const Ended& end, const std::string& worker) {
  if (end.road == Road::export_omitted) {
    return fmt::format("name it under exports, such as {}: {{type: durable-object, storage: sqlite}}, or ", end.name);
  }
  if (end.road == Road::export_transferred && !end.by.empty()) {
    return fmt::format("write `state: expecting-transfer, transfer_from: {}` for it under exports of \"{}\", or ",
                       worker, end.by);
  }
  return {};
}

std::string override_of(const Ended& end, const std::string& worker, const Target* target) {
  const auto by_source = fmt::format("add \"{}\" to allow_data_loss of the source", worker);
  // A wrangler config has no place for the other way.
  if (target == nullptr || manifests::is_of_wrangler(target->desired->where.file)) {
    return instead_of(end, worker) + by_source;
  }
  return fmt::format("{}add \"{}\" to allow_data_loss under metadata, or \"{}\" to allow_data_loss of the source",
                     instead_of(end, worker), end.road == Road::migration ? end.by : end.name, worker);
}

bool is_meant(const Ended& end, const Target* target) {
  if (target == nullptr) return false;
  const auto& allowed = target->desired->allow_data_loss;
  const auto names = [&allowed](const std::string& name) { return std::ranges::find(allowed, name) != allowed.end(); };
  return names(end.name) || (end.road == Road::migration && names(end.by));
}

Block unread(std::string_view what, const std::optional<api::Error>& failure) {
  return {Reason::read_failed,
          fmt::format("{} could not be read{}, and nothing is ended on a guess", what,
                      failure ? ": " + api::to_text(*failure) : ""),
          "try again later, or see that the token may read them"};
}

std::optional<Block> unread_classes(const LiveState& live) {
  if (live.durable_classes.items.is_known()) return std::nullopt;
  return unread("the Durable Object classes of the account", live.durable_classes.failure);
}

}  // namespace

bool may_end_classes(const Target& target, const LiveWorker* live) {
  const auto* exports = stated_exports(target);
  return exports != nullptr && (live != nullptr || has_tombstones(*exports));
}

bool brings_class(const Target& target, const LiveWorker& live, const LiveState& all, const std::string& name) {
  if (classes_of(live.name, &live, all).contains(name)) return false;
  if (made_by_migrations(target, &live).contains(name)) return true;
  const auto* exports = stated_exports(target);
  const auto* entry = exports != nullptr ? member(*exports, name) : nullptr;
  const auto* before = exports_in(live.entry);
  const bool live_already = before != nullptr && member(*before, name) != nullptr;
  return entry != nullptr && string_member(*entry, "type") == "durable-object" && !live_already &&
         lifecycle_of(*entry) == Lifecycle::live;
}

std::vector<Ended> ends_of(const Target& target, const LiveWorker* live, const WorkerDiff& diff,
                           const PlanInput& input) {
  std::vector<Ended> ends;
  for (auto& [tag, name] : destroyed_by_migrations(target, live)) {
    ends.push_back({Kind::durable_object_class, Road::migration, std::move(name), std::move(tag)});
  }
  if (const auto* exports = stated_exports(target)) {
    for (auto& end : ExportEnds(target, live, input).run(*exports)) ends.push_back(std::move(end));
  }
  for (const auto& queue : diff.delete_consumers) ends.push_back({Kind::queue_consumer, Road::left_out, queue, {}});
  return ends;
}

std::vector<Ended> ends_of_delete(const LiveWorker& live, const PlanInput& input) {
  std::vector<Ended> ends;
  for (const auto& name : classes_of(live.name, &live, *input.live)) {
    ends.push_back({Kind::durable_object_class, Road::worker_deleted, name, {}});
  }
  // It has had classes, and no list tells whether some are left.
  if (ends.empty() && !live_migration_tag(&live).empty()) {
    ends.push_back({Kind::durable_object_class, Road::worker_deleted, {}, {}});
  }
  if (const auto workflows = known_workflows(live); workflows.is_known()) {
    for (const auto& [name, settings] : *workflows) ends.push_back({Kind::workflow, Road::worker_deleted, name, {}});
  }
  for (auto& queue : consumers_left(live, *input.targets)) {
    ends.push_back({Kind::queue_consumer, Road::worker_deleted, std::move(queue), {}});
  }
  return ends;
}

std::vector<ChangeLine> end_lines(const std::vector<Ended>& ends) {
  std::vector<ChangeLine> lines;
  for (const auto& end : ends) {
    if (end.kind == Kind::queue_consumer) continue;
    std::string what = "deletes Durable Object class " + end.name;
    if (end.kind == Kind::workflow) what = "ends the instances of workflow " + end.name;
    if (end.name.empty()) what = "deletes its Durable Objects";
    std::string detail;
    if (end.road == Road::export_omitted) detail = "exports does not name it";
    if (end.road == Road::export_transferred) detail = "handed to " + end.by + ", which does not expect it";
    if (end.road == Road::export_occupied) detail = end.by + " takes its name";
    lines.push_back({'!', std::move(what), std::move(detail), {}});
  }
  return lines;
}

std::optional<Block> data_loss_block(const std::string& worker, const std::vector<Ended>& ends, const Target* target,
                                     const Policy& policy) {
  if (policy.allow_data_loss.contains(worker)) return std::nullopt;
  const auto found = std::ranges::find_if(ends, [target](const Ended& end) { return !is_meant(end, target); });
  if (found == ends.end()) return std::nullopt;
  return Block{Reason::data_loss, message_of(*found), override_of(*found, worker, target)};
}

std::optional<Block> unread_ends_block(const Target& target, const LiveWorker* live, const PlanInput& input) {
  if (!may_end_classes(target, live) || input.policy.allow_data_loss.contains(target.desired->name)) {
    return std::nullopt;
  }
  return unread_classes(*input.live);
}

std::optional<Block> unread_ends_block(const std::string& worker, const PlanInput& input) {
  if (input.policy.allow_data_loss.contains(worker)) return std::nullopt;
  const auto& live = *input.live;
  if (live.queues.failure) return unread("the queues of the account", live.queues.failure);
  if (live.workflows.failure) return unread("the workflows of the account", live.workflows.failure);
  return unread_classes(live);
}

std::optional<Block> taken_class_block(const LiveWorker& live, const PlanInput& input) {
  const auto classes = classes_of(live.name, &live, *input.live);
  for (const auto& target : *input.targets) {
    const auto worker = input.live->workers.find(target.desired->name);
    const auto* taker = worker != input.live->workers.end() ? &worker->second : nullptr;
    for (const auto& [name, from] : taken_by_migrations(target, taker)) {
      if (from != live.name || !classes.contains(name)) continue;
      return Block{Reason::dependency_not_ready,
                   fmt::format("its Durable Object class {} goes to worker.{} first", name, target.desired->name),
                   "apply, and it is deleted once the class is seen there"};
    }
  }
  return std::nullopt;
}

}  // namespace plumbline::reconciler
