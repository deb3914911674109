#include "reconciler/parts/lacking_classes.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <span>
#include <string>

#include "reconciler/parts/exports.h"
#include "reconciler/parts/migrations.h"

namespace plumbline::reconciler {
namespace {

using Migrations = std::span<const manifests::DesiredMigration>;

// What the live Worker has had already; nothing where that is not known.
Migrations applied_migrations(const Target& target, const LiveWorker& live) {
  if (!target.desired->migrations || live_migration_tag(&live).empty()) return {};
  const Migrations history = *target.desired->migrations;
  return history.first(history.size() - pending_migrations(target, &live).size());
}

// The bindings to classes of its own that the manifest states, by class.
std::map<std::string, std::string> bound_by(const Target& target) {
  std::map<std::string, std::string> bound;
  const auto* bindings = member(target.settings, "bindings");
  const auto* object = bindings != nullptr ? bindings->if_object() : nullptr;
  if (object == nullptr) return bound;
  for (const auto& entry : *object) {
    if (!binds_own_class(entry.value(), target.desired->name)) continue;
    bound.emplace(string_member(entry.value(), "class_name"), entry.key());
  }
  return bound;
}

// Classes that the manifest counts on, that nothing shows and that nothing pending makes.
std::set<std::string> unseen(const Target& target, const LiveWorker& live) {
  if (stated_exports(target) != nullptr) return {};
  auto classes = classes_after(applied_migrations(target, live));
  for (const auto& [name, binding] : bound_by(target)) classes.insert(name);
  for (const auto& name : bound_classes(live)) classes.erase(name);
  for (const auto& name : made_by_migrations(target, &live)) classes.erase(name);
  return classes;
}

// Of these, what the account's list does not have.
std::set<std::string> lacking(const Target& target, const LiveWorker& live, const LiveState& all) {
  const auto* listed = all.durable_classes.items.if_known();
  if (listed == nullptr) return {};
  auto classes = unseen(target, live);
  const auto here = classes_of(live.name, &live, all);
  std::erase_if(classes, [&](const auto& name) { return here.contains(name) || listed->of_nobody.contains(name); });
  return classes;
}

// Another Worker may have taken it over since.
bool is_elsewhere(const std::string& name, const LiveState& all) {
  return std::ranges::any_of(all.durable_classes.items->by_worker,
                             [&name](const auto& worker) { return worker.second.contains(name); });
}

std::string not_made(std::string_view tag) {
  return fmt::format(
      "migration \"{}\" names it, which the live Worker has had before: a class that is added to it now is not made",
      tag);
}

std::string new_tag(const std::string& name) {
  return fmt::format("give it a migration of its own with a new tag: {{tag: NEW, new_sqlite_classes: [{}]}}", name);
}

}  // namespace

bool may_lack_classes(const Target& target, const LiveWorker* live) {
  return live != nullptr && !unseen(target, *live).empty();
}

std::optional<Block> lacking_class_block(const Target& target, const LiveWorker& live, const LiveState& all) {
  const auto classes = lacking(target, live, all);
  for (const auto& [name, binding] : bound_by(target)) {
    if (!classes.contains(name)) continue;
    const auto tag = tag_of_class(applied_migrations(target, live), name);
    return Block{Reason::migration_history,
                 fmt::format("binding {} needs the Durable Object class \"{}\", which the Worker does not have; {}",
                             binding, name, tag.empty() ? "no migration makes it" : not_made(tag)),
                 new_tag(name)};
  }
  return std::nullopt;
}

std::vector<Diagnostic> lacking_class_notes(const Target& target, const LiveWorker& live, const LiveState& all) {
  std::vector<Diagnostic> notes;
  const auto bound = bound_by(target);
  for (const auto& name : lacking(target, live, all)) {
    const auto tag = tag_of_class(applied_migrations(target, live), name);
    if (tag.empty() || bound.contains(name) || is_elsewhere(name, all)) continue;
    notes.push_back({.severity = Severity::warning,
                     .where = target.desired->where,
                     .summary = fmt::format("worker.{} does not have the Durable Object class \"{}\"; {}", live.name,
                                            name, not_made(tag)),
                     .detail = new_tag(name)});
  }
  return notes;
}

}  // namespace plumbline::reconciler
