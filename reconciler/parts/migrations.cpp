#include "reconciler/parts/migrations.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "base/text.h"
#include "reconciler/model/live_settings.h"
#include "reconciler/parts/lacking_classes.h"

namespace plumbline::reconciler {
namespace {

using manifests::DesiredMigration;

constexpr std::array<std::string_view, 5> kStepLists{"new_classes", "new_sqlite_classes", "renamed_classes",
                                                     "deleted_classes", "transferred_classes"};

template <class Visit>
void each(const JsonObject& steps, std::string_view list, const Visit& visit) {
  const auto* items = member(steps, list);
  if (items == nullptr || !items->is_array()) return;
  for (const auto& item : items->get_array()) visit(item);
}

std::string name_of(const Json& item) {
  return item.is_string() ? std::string(view(item.get_string())) : std::string();
}

// A class by its name, `A -> B` for a renamed one, `A of worker -> B` for one that is taken over.
std::string described(const Json& item) {
  if (item.is_string()) return name_of(item);
  const auto script = string_member(item, "from_script");
  std::string text(string_member(item, "from"));
  if (!script.empty()) text += " of " + std::string(script);
  return text + " -> " + std::string(string_member(item, "to"));
}

std::string described(const JsonObject& steps) {
  std::string text;
  for (const auto list : kStepLists) {
    std::string classes;
    each(steps, list, [&classes](const Json& item) { classes += (classes.empty() ? " " : ", ") + described(item); });
    if (!classes.empty()) text += (text.empty() ? "" : "; ") + std::string(list) + classes;
  }
  return text.empty() ? "no steps" : text;
}

std::vector<DestroyedClass> destructions(std::span<const DesiredMigration> pending, const LiveWorker* live) {
  std::vector<DestroyedClass> found;
  std::map<std::string, bool> is_empty;  // by class, as far as the steps tell
  for (const auto& migration : pending) {
    const auto& steps = migration.steps;
    for (const auto* list : {"new_classes", "new_sqlite_classes"}) {
      each(steps, list, [&](const Json& item) { is_empty[name_of(item)] = true; });
    }
    each(steps, "renamed_classes", [&](const Json& item) {
      const auto from = is_empty.find(std::string(string_member(item, "from")));
      is_empty[std::string(string_member(item, "to"))] = from == is_empty.end() ? live == nullptr : from->second;
    });
    each(steps, "transferred_classes",
         [&](const Json& item) { is_empty[std::string(string_member(item, "to"))] = false; });
    each(steps, "deleted_classes", [&](const Json& item) {
      const auto known = is_empty.find(name_of(item));
      const bool empty = known == is_empty.end() ? live == nullptr : known->second;
      if (!empty) found.push_back({migration.tag, name_of(item)});
    });
  }
  return found;
}

bool is_known(const std::vector<DesiredMigration>& history, std::string_view tag) {
  return tag.empty() || std::ranges::find(history, tag, &DesiredMigration::tag) != history.end();
}

std::optional<Block> history_block(const Target& target, const LiveWorker* live) {
  const std::string tag(live_migration_tag(live));
  if (!target.desired->migrations || is_known(*target.desired->migrations, tag)) return std::nullopt;
  return Block{Reason::migration_history,
               "the live Worker has had the migration \"" + tag +
                   "\", but the manifest does not name it. So it is unknown which migrations come next",
               "list the history up to \"" + tag +
                   "\" under migrations, or leave migrations out. What is listed up to it is not sent again"};
}

// A class that is taken over leaves the Worker that has it: that one must be ours to change.
std::optional<Block> transfer_block(std::span<const DesiredMigration> pending, const LiveState& all,
                                    const Policy& policy) {
  std::optional<Block> block;
  for (const auto& migration : pending) {
    each(migration.steps, "transferred_classes", [&](const Json& item) {
      const std::string from(string_member(item, "from_script"));
      const auto found = all.workers.find(from);
      if (block || found == all.workers.end()) return;
      const auto owned = ownership_of(live_tags(found->second));
      if (owned && owned->owner == policy.owner) return;
      block = Block{
          Reason::ownership_conflict,
          "migration \"" + migration.tag + "\" takes a class from worker." + from + ", which this source does not own",
          "adopt worker." + from + " into this source first"};
    });
  }
  return block;
}

// The service would refuse the upload (10061).
std::optional<Block> class_block(const Target& target) {
  const auto* bindings = member(target.settings, "bindings");
  if (bindings == nullptr || !bindings->is_object() || target.settings.contains("exports")) return std::nullopt;
  const auto history = target.desired->migrations.value_or(std::vector<DesiredMigration>());
  const auto classes = classes_after(history);
  for (const auto& entry : bindings->get_object()) {
    const std::string name(string_member(entry.value(), "class_name"));
    if (!binds_own_class(entry.value(), target.desired->name) || classes.contains(name)) continue;
    return Block{Reason::migration_history,
                 "binding " + std::string(entry.key()) + " needs the Durable Object class \"" + name +
                     "\", which no migration makes",
                 "add it to migrations, such as {tag: v1, new_sqlite_classes: [" + name + "]}"};
  }
  return std::nullopt;
}

}  // namespace

std::set<std::string> classes_after(std::span<const DesiredMigration> migrations) {
  std::set<std::string> classes;
  for (const auto& [tag, steps, where] : migrations) {
    for (const auto* list : {"new_classes", "new_sqlite_classes"}) {
      each(steps, list, [&classes](const Json& item) { classes.insert(name_of(item)); });
    }
    for (const auto* list : {"renamed_classes", "transferred_classes"}) {
      each(steps, list, [&classes](const Json& item) { classes.emplace(string_member(item, "to")); });
    }
    each(steps, "renamed_classes",
         [&classes](const Json& item) { classes.erase(std::string(string_member(item, "from"))); });
    each(steps, "deleted_classes", [&classes](const Json& item) { classes.erase(name_of(item)); });
  }
  return classes;
}

std::string_view tag_of_class(std::span<const DesiredMigration> migrations, std::string_view name) {
  std::string_view tag;
  for (const auto& migration : migrations) {
    const auto look = [&](std::string_view list, auto name_in) {
      each(migration.steps, list, [&](const Json& item) {
        if (name_in(item) == name) tag = migration.tag;
      });
    };
    for (const auto* list : {"new_classes", "new_sqlite_classes"}) look(list, name_of);
    for (const auto* list : {"renamed_classes", "transferred_classes"}) {
      look(list, [](const Json& item) { return string_member(item, "to"); });
    }
  }
  return tag;
}

bool binds_own_class(const Json& binding, std::string_view worker) {
  const auto script = string_member(binding, "script_name");
  return string_member(binding, "type") == "durable_object_namespace" && (script.empty() || script == worker) &&
         !string_member(binding, "class_name").empty();
}

std::string_view live_migration_tag(const LiveWorker* live) {
  return live == nullptr ? std::string_view() : string_member(live->entry, "migration_tag");
}

std::span<const DesiredMigration> pending_migrations(const Target& target, const LiveWorker* live) {
  if (!target.desired->migrations) return {};
  const auto& history = *target.desired->migrations;
  const auto tag = live_migration_tag(live);
  if (!is_known(history, tag)) return {};
  if (tag.empty()) return history;
  return {std::next(std::ranges::find(history, tag, &DesiredMigration::tag)), history.end()};
}

JsonObject migrations_metadata(std::span<const DesiredMigration> pending, const LiveWorker* live) {
  JsonObject metadata;
  if (const auto tag = live_migration_tag(live); !tag.empty()) metadata["old_tag"] = tag;
  metadata["new_tag"] = pending.back().tag;
  JsonArray steps;
  for (const auto& migration : pending) steps.emplace_back(migration.steps);
  metadata["steps"] = std::move(steps);
  return metadata;
}

std::vector<ChangeLine> migration_lines(const Target& target, const LiveWorker* live) {
  const auto pending = pending_migrations(target, live);
  std::vector<ChangeLine> lines;
  for (const auto& migration : pending) {
    lines.push_back({'+', "migration " + migration.tag, "(" + described(migration.steps) + ")", {}});
  }
  return lines;
}

std::optional<Block> migration_block(const Target& target, const LiveWorker* live, const LiveState& all,
                                     const Policy& policy) {
  if (auto block = history_block(target, live)) return block;
  const auto pending = pending_migrations(target, live);
  if (auto block = transfer_block(pending, all, policy)) return block;
  return live == nullptr ? class_block(target) : lacking_class_block(target, *live, all);
}

std::vector<DestroyedClass> destroyed_by_migrations(const Target& target, const LiveWorker* live) {
  return destructions(pending_migrations(target, live), live);
}

std::vector<TakenClass> taken_by_migrations(const Target& target, const LiveWorker* live) {
  std::vector<TakenClass> taken;
  for (const auto& migration : pending_migrations(target, live)) {
    each(migration.steps, "transferred_classes", [&taken](const Json& item) {
      taken.push_back({std::string(string_member(item, "from")), std::string(string_member(item, "from_script"))});
    });
  }
  return taken;
}

std::set<std::string> made_by_migrations(const Target& target, const LiveWorker* live) {
  return classes_after(pending_migrations(target, live));
}

std::set<std::string> bound_classes(const LiveWorker& live) {
  std::set<std::string> classes;
  const auto* bindings = LiveSettings(live).find("bindings");
  if (bindings == nullptr || !bindings->is_array()) return classes;
  for (const auto& binding : bindings->get_array()) {
    if (binds_own_class(binding, live.name)) classes.emplace(string_member(binding, "class_name"));
  }
  return classes;
}

}  // namespace plumbline::reconciler
