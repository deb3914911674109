#include "reconciler/parts/exports.h"

#include <algorithm>
#include <array>

#include "reconciler/parts/migrations.h"
#include "reconciler/parts/part.h"

namespace plumbline::reconciler {
namespace {

using ClassNames = DurableClasses::Names;

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

// Classes that the Worker is seen to have, by its own binding or its entry in the list of Workers.
ClassNames seen_classes(const LiveWorker& live) {
  ClassNames classes;
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

// Whether one manifest, or the live Worker, says that it waits for a class of `from`.
bool expects(const JsonObject* exports, std::string_view name, std::string_view from) {
  const auto* entry = exports != nullptr ? member(*exports, name) : nullptr;
  return entry != nullptr && string_member(*entry, "state") == "expecting-transfer" &&
         string_member(*entry, "transfer_from") == from;
}

// One that has a class of that name already cannot get another without losing its own.
bool is_expected(const std::string& taker, const std::string& name, std::string_view from, const AccountView& account) {
  if (const auto* listed = account.live->durable_classes.items.if_known()) {
    const auto there = listed->by_worker.find(taker);
    if (there != listed->by_worker.end() && there->second.contains(name)) return false;
  }
  if (const auto* target = account.target_of(taker)) {
    if (const auto* exports = stated_exports(*target)) return expects(exports, name, from);
  }
  const auto live = account.live->workers.find(taker);
  return live != account.live->workers.end() && expects(exports_in(live->second.entry), name, from);
}

// The ends that the `exports` of a manifest bring, class by class.
class ExportEnds {
 public:
  ExportEnds(const Target& target, const LiveWorker* live, const AccountView& account)
      : worker_(target.desired->name), account_(account), classes_(classes_of(worker_, live, *account.live)) {}

  std::vector<Ended> run(const JsonObject& exports) {
    for (const auto& entry : exports) judge(std::string(entry.key()), entry.value());
    for (const auto& name : classes_) {
      const auto* entry = member(exports, name);
      if (entry == nullptr || string_member(*entry, "type") != "durable-object") add(Ended::Road::export_omitted, name);
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
        if (may_exist(name)) add(Ended::Road::export_deleted, name);
        break;
      case Lifecycle::transferred:
        if (may_exist(name) && !is_expected(taker, name, worker_, account_))
          add(Ended::Road::export_transferred, name, taker);
        break;
      case Lifecycle::renamed:
        if (classes_.contains(name) && classes_.contains(renamed_to))
          add(Ended::Road::export_occupied, renamed_to, name);
        break;
      case Lifecycle::live:
      case Lifecycle::no_class:
        break;
    }
  }

  // Only a list that was read proves that a class is not there: then the entry tells what happened before.
  [[nodiscard]] bool may_exist(const std::string& name) const {
    const auto* listed = account_.live->durable_classes.items.if_known();
    return listed == nullptr || classes_.contains(name) || listed->of_nobody.contains(name);
  }

  void add_workflow(const std::string& class_name) {
    std::string name = class_name;
    if (const auto* workflows = account_.live->workflows.items.if_known()) {
      for (const auto& [workflow, held] : *workflows) {
        if (held.worker == worker_ && string_member(held.settings, "class_name") == class_name) name = workflow;
      }
    }
    ends_.push_back({Ended::Kind::workflow, Ended::Road::export_deleted, std::move(name), {}});
  }

  void add(Ended::Road road, std::string name, std::string by = {}) {
    ends_.push_back({Ended::Kind::durable_object_class, road, std::move(name), std::move(by)});
  }

  std::string worker_;
  const AccountView& account_;
  ClassNames classes_;
  std::vector<Ended> ends_;
};

}  // namespace

// `{}` is stated as well.
const JsonObject* stated_exports(const Target& target) {
  return exports_in(target.desired->settings);
}

bool has_tombstones(const JsonObject& exports) {
  return std::ranges::any_of(exports, [](const auto& entry) {
    const auto lifecycle = lifecycle_of(entry.value());
    return lifecycle != Lifecycle::live && lifecycle != Lifecycle::no_class;
  });
}

Json standing_exports(const Json& exports) {
  constexpr std::array<std::string_view, 3> kGone{"deleted", "renamed", "transferred"};
  JsonObject standing;
  if (!exports.is_object()) return standing;
  for (const auto& entry : exports.get_object()) {
    if (std::ranges::find(kGone, string_member(entry.value(), "state")) == kGone.end()) standing.insert(entry);
  }
  return standing;
}

std::vector<std::string> omitted_classes(const Json* live, const Json& desired) {
  std::vector<std::string> names;
  const auto* before = live != nullptr ? live->if_object() : nullptr;
  if (before == nullptr) return names;
  for (const auto& entry : *before) {
    const auto state = string_member(entry.value(), "state");
    const bool has_data =
        string_member(entry.value(), "type") == "durable-object" && (state.empty() || state == "created");
    if (has_data && member(desired, entry.key()) == nullptr) names.emplace_back(entry.key());
  }
  return names;
}

ClassNames classes_of(const std::string& worker, const LiveWorker* live, const LiveState& all) {
  auto classes = live != nullptr ? seen_classes(*live) : ClassNames();
  if (const auto* listed = all.durable_classes.items.if_known()) {
    const auto found = listed->by_worker.find(worker);
    if (found != listed->by_worker.end()) classes.insert(found->second.begin(), found->second.end());
  }
  return classes;
}

std::vector<Ended> ended_by_exports(const Target& target, const LiveWorker* live, const AccountView& account) {
  const auto* exports = stated_exports(target);
  return exports != nullptr ? ExportEnds(target, live, account).run(*exports) : std::vector<Ended>();
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

}  // namespace plumbline::reconciler
