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

/// `exports` states the classes instead of steps towards them.
Try<void> apply_exports(World& world, Classes& classes, const JsonObject& exports) {
  for (const auto& [name, value] : exports) {
    if (string_member(value, "type") != "durable-object") continue;
    const auto state = string_member(value, "state");
    const std::string key(name);
    if (state == "deleted") {
      classes.by_name.erase(key);
    } else if (state == "renamed") {
      const auto found = classes.by_name.find(key);
      if (found == classes.by_name.end()) continue;  // renamed before: a statement, not a step
      classes.by_name[std::string(string_member(value, "renamed_to"))] = found->second;
      classes.by_name.erase(key);
    } else if (state.empty() || state == "created") {
      const bool use_sqlite = string_member(value, "storage") != "legacy-kv";
      if (!classes.by_name.contains(key)) classes.by_name[key] = {world.ids.hex32(), use_sqlite};
    } else {
      return refuse(400, 100402,
                    fmt::format("Export '{}': state {} is not supported.", printable(key), printable(state)));
    }
  }
  return {};
}

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

Try<Classes> migrated(World& world, Classes classes, const JsonObject& metadata) {
  const auto* exports = member(metadata, "exports");
  const bool has_exports = exports && exports->is_object();
  if (has_migrations(metadata)) {
    if (has_exports) return refuse(400, 100402, "`migrations` and `exports` exclude each other.");
    auto done = apply_migrations(world, classes, member(metadata, "migrations")->get_object());
    if (!done) return std::unexpected(done.error());
  }
  if (has_exports) {
    auto done = apply_exports(world, classes, exports->get_object());
    if (!done) return std::unexpected(done.error());
  }
  return classes;
}

}  // namespace plumbline::simulator
