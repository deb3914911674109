#include "simulator/migrations.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"

namespace plumbline::simulator {
namespace {

constexpr std::array<std::string_view, 5> kStepLists{"new_classes", "new_sqlite_classes", "renamed_classes",
                                                     "deleted_classes", "transferred_classes"};

const JsonArray& list_of(const JsonObject& step, std::string_view key) {
  static const JsonArray none;
  const auto* found = member(step, key);
  return found && found->is_array() ? found->get_array() : none;
}

bool does_something(const JsonObject& step) {
  return std::ranges::any_of(kStepLists, [&](auto key) { return !list_of(step, key).empty(); });
}

std::unexpected<Refusal> no_such_class(std::string_view name) {
  return refuse(400, 10061, fmt::format("Cannot apply migration to class '{}': it does not exist.", printable(name)));
}

class Migration {
 public:
  Migration(World& world, Classes& classes) : world_(world), classes_(classes) {}

  Try<void> apply(const JsonObject& step) {
    for (const auto& name : list_of(step, "new_classes")) {
      if (auto done = create(name, false); !done) return done;
    }
    for (const auto& name : list_of(step, "new_sqlite_classes")) {
      if (auto done = create(name, true); !done) return done;
    }
    for (const auto& pair : list_of(step, "renamed_classes")) {
      if (auto done = rename(pair); !done) return done;
    }
    for (const auto& name : list_of(step, "deleted_classes")) {
      if (auto done = remove(name); !done) return done;
    }
    for (const auto& entry : list_of(step, "transferred_classes")) {
      if (auto done = transfer(entry); !done) return done;
    }
    return {};
  }

 private:
  Try<void> create(const Json& item, bool use_sqlite) {
    const auto name = item.is_string() ? std::string(view(item.get_string())) : std::string();
    if (name.empty()) return refuse(400, 10021, "A migration names a class that is not a text.");
    if (classes_.by_name.contains(name)) {
      return refuse(400, 10074,
                    fmt::format("Cannot apply new-class migration to class '{}' that is already "
                                "depended on by existing Durable Objects.",
                                printable(name)));
    }
    classes_.by_name[name] = {world_.ids.hex32(), use_sqlite};
    return {};
  }

  Try<void> rename(const Json& pair) {
    const std::string from(string_member(pair, "from"));
    const std::string to(string_member(pair, "to"));
    const auto found = classes_.by_name.find(from);
    if (found == classes_.by_name.end()) return no_such_class(from);
    if (to.empty() || classes_.by_name.contains(to)) {
      return refuse(400, 10074, fmt::format("Class '{}' exists already.", printable(to)));
    }
    classes_.by_name[to] = found->second;
    classes_.by_name.erase(found);
    return {};
  }

  Try<void> remove(const Json& item) {
    const std::string name(item.is_string() ? view(item.get_string()) : std::string_view());
    if (classes_.by_name.erase(name) == 0) return no_such_class(name);
    return {};
  }

  Try<void> transfer(const Json& entry) {
    const std::string from(string_member(entry, "from"));
    const std::string to(string_member(entry, "to"));
    const auto owner = world_.account.workers.find(string_member(entry, "from_script"));
    if (owner == world_.account.workers.end()) return no_such_class(from);
    const auto found = owner->second.classes.find(from);
    if (found == owner->second.classes.end()) return no_such_class(from);
    if (to.empty() || classes_.by_name.contains(to)) {
      return refuse(400, 10074, fmt::format("Class '{}' exists already.", printable(to)));
    }
    classes_.by_name[to] = found->second;
    classes_.taken.emplace_back(owner->first, from);
    return {};
  }

  World& world_;
  Classes& classes_;
};

/// `exports` states the classes, not steps towards them: every class with data must be named, either as live or with
/// what became of it (https://developers.cloudflare.com/durable-objects/reference/durable-objects-migrations/). The
/// content of the code is not checked.
class Exports {
 public:
  Exports(World& world, std::string_view worker, Classes& classes, const JsonObject& exports)
      : world_(world), worker_(worker), classes_(classes), exports_(exports) {}

  Try<void> apply() {
    bool any = false;
    // Entries that free a name must come before entries that use it.
    for (const bool tombstones : {true, false}) {
      for (const auto& [name, entry] : exports_) {
        if (string_member(entry, "type") != "durable-object") continue;
        any = true;
        if (is_tombstone(entry) != tombstones) continue;
        if (auto done = one(std::string(name), entry); !done) return done;
      }
    }
    // Entrypoints alone say nothing about classes.
    return any ? judge_omitted() : Try<void>();
  }

 private:
  static bool is_tombstone(const Json& entry) {
    const auto state = string_member(entry, "state");
    return state == "deleted" || state == "renamed" || state == "transferred";
  }

  static std::unexpected<Refusal> no(std::string_view scenario, std::string_view name, std::string_view why) {
    return refuse(400, 100402, fmt::format("[{}] class '{}': {}", scenario, printable(name), why));
  }

  Try<void> one(const std::string& name, const Json& entry) {
    const auto state = string_member(entry, "state");
    if (state == "deleted") return remove(name);
    if (state == "renamed") return rename(name, string_member(entry, "renamed_to"));
    if (state == "transferred") return give(name, string_member(entry, "transferred_to"));
    if (state == "expecting-transfer") return expect(name, string_member(entry, "transfer_from"));
    if (!state.empty() && state != "created") return no("invalid_export", name, "there is no such state.");
    const bool use_sqlite = string_member(entry, "storage") != "legacy-kv";
    if (!classes_.by_name.contains(name)) classes_.by_name[name] = {world_.ids.hex32(), use_sqlite};
    return {};
  }

  Try<void> remove(const std::string& name) {
    if (!classes_.by_name.contains(name)) return {};  // it was done before
    for (const auto& [other, worker] : world_.account.workers) {
      if (other != worker_ && binds(worker, name)) {
        return no("tombstone_delete_blocked_by_external_bindings", name, "other Workers bind to it.");
      }
    }
    classes_.by_name.erase(name);
    return {};
  }

  [[nodiscard]] bool binds(const Worker& worker, std::string_view name) const {
    return std::ranges::any_of(worker.deployed().bindings, [&](const Binding& binding) {
      return binding.type == "durable_object_namespace" && string_member(binding.fields, "script_name") == worker_ &&
             string_member(binding.fields, "class_name") == name;
    });
  }

  Try<void> rename(const std::string& name, std::string_view to) {
    const auto* target = member(exports_, to);
    if (target == nullptr || to == name || is_tombstone(*target)) {
      return no("invalid_export", name, "`renamed_to` names no live class.");
    }
    const auto found = classes_.by_name.find(name);
    if (found == classes_.by_name.end()) return {};  // it was done before
    if (classes_.by_name.contains(std::string(to))) {
      return no("tombstone_renamed_to_occupied", name, "the new name has a namespace.");
    }
    classes_.by_name[std::string(to)] = found->second;
    classes_.by_name.erase(name);
    return {};
  }

  [[nodiscard]] static bool waits(const Worker& worker, std::string_view name, std::string_view from) {
    const auto* exports = member(worker.deployed().settings, "exports");
    const auto* entry = exports != nullptr ? member(*exports, name) : nullptr;
    return entry != nullptr && string_member(*entry, "state") == "expecting-transfer" &&
           string_member(*entry, "transfer_from") == from;
  }

  Try<void> give(const std::string& name, std::string_view to) {
    const auto found = classes_.by_name.find(name);
    if (found == classes_.by_name.end()) return {};  // it was done before
    const auto taker = world_.account.workers.find(to);
    if (taker == world_.account.workers.end()) return no("transferred_target_missing", name, "no such Worker.");
    if (taker->second.classes.contains(name)) {
      return no("phase_one_transfer_target_class_provisioned", name, "the other Worker has one of that name.");
    }
    if (!waits(taker->second, name, worker_)) {
      return no("transferred_pending_not_found", name, "the other Worker does not expect it.");
    }
    classes_.given.push_back({taker->first, name, found->second});
    classes_.by_name.erase(found);
    return {};
  }

  Try<void> expect(const std::string& name, std::string_view from) {
    if (classes_.by_name.contains(name)) return {};  // the transfer is complete
    const auto source = world_.account.workers.find(from);
    if (source == world_.account.workers.end()) return no("phase_one_transfer_source_missing", name, "no such Worker.");
    const auto found = source->second.classes.find(name);
    if (found == source->second.classes.end()) {
      return no("phase_one_transfer_source_namespace_missing", name, "the other Worker does not have it.");
    }
    classes_.expected[name] = found->second;
    return {};
  }

  Try<void> judge_omitted() {
    for (auto it = classes_.by_name.begin(); it != classes_.by_name.end();) {
      const auto* entry = member(exports_, it->first);
      if (entry != nullptr && string_member(*entry, "type") == "durable-object") {
        ++it;
      } else if (world_.semantics().exports_omitted_refused) {
        return no("provisioned_class_missing_from_config", it->first,
                  "it has a namespace and is not declared in `exports`.");
      } else {
        it = classes_.by_name.erase(it);
      }
    }
    return {};
  }

  World& world_;
  std::string_view worker_;
  Classes& classes_;
  const JsonObject& exports_;
};

Try<void> apply_migrations(World& world, Classes& classes, const JsonObject& migrations) {
  const auto old_tag = string_member(migrations, "old_tag");
  if (old_tag != classes.tag) {
    return refuse(412, 10079,
                  fmt::format("Actor migration tag precondition failed, got tag '{}' when expected "
                              "tag is '{}'",
                              printable(old_tag), classes.tag));
  }
  Migration migration(world, classes);
  if (auto done = migration.apply(migrations); !done) return done;
  for (const auto& step : list_of(migrations, "steps")) {
    if (!step.is_object()) return refuse(400, 10021, "A migration step is not an object.");
    if (auto done = migration.apply(step.get_object()); !done) return done;
  }
  const auto new_tag = string_member(migrations, "new_tag");
  if (!new_tag.empty()) classes.tag = new_tag;
  return {};
}

}  // namespace

bool has_migrations(const JsonObject& metadata) {
  const auto* migrations = member(metadata, "migrations");
  if (!migrations || !migrations->is_object()) return false;
  const auto& object = migrations->get_object();
  return !string_member(object, "new_tag").empty() || !string_member(object, "old_tag").empty() ||
         does_something(object) || !list_of(object, "steps").empty();
}

std::map<std::string, DurableClass> Classes::bindable() const {
  auto all = expected;
  all.insert(by_name.begin(), by_name.end());
  return all;
}

Try<Classes> migrated(World& world, std::string_view worker, Classes classes, const JsonObject& metadata) {
  const auto* exports = member(metadata, "exports");
  const bool has_exports = exports && exports->is_object();
  if (has_migrations(metadata)) {
    if (has_exports) return refuse(400, 100402, "`migrations` and `exports` exclude each other.");
    auto done = apply_migrations(world, classes, member(metadata, "migrations")->get_object());
    if (!done) return std::unexpected(done.error());
  }
  if (has_exports) {
    auto done = Exports(world, worker, classes, exports->get_object()).apply();
    if (!done) return std::unexpected(done.error());
  }
  return classes;
}

}  // namespace plumbline::simulator
