#pragma once

#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "reconciler/model/live.h"
#include "reconciler/model/plan.h"
#include "reconciler/model/policy.h"
#include "reconciler/model/target.h"

/// Durable Object migrations: a manifest holds the whole history, the service keeps the tag of the last one that a
/// Worker has had (`migration_tag` of the list), and an upload sends what comes after it
/// (https://developers.cloudflare.com/durable-objects/reference/durable-objects-migrations/). Pure.
namespace plumbline::reconciler {

/// The tag of the last migration that a live Worker has had; empty: none, or no Worker.
std::string_view live_migration_tag(const LiveWorker* live);

/// What is still to be sent, oldest first: nothing where migrations are unmanaged or done, and nothing where the live
/// tag is not in the manifest, because then nobody knows what comes after it.
std::span<const manifests::DesiredMigration> pending_migrations(const Target& target, const LiveWorker* live);

/// `migrations` of an upload's metadata, {old_tag, new_tag, steps}, for at least one pending migration. Without a live
/// tag there is no `old_tag`; another one than the live tag is refused (412, 10079), so that no step is made twice.
JsonObject migrations_metadata(std::span<const manifests::DesiredMigration> pending, const LiveWorker* live);

/// `+ migration v2 (new_sqlite_classes Cart)`
std::vector<ChangeLine> migration_lines(const Target& target, const LiveWorker* live);

/// Why the history cannot be brought to the live Worker: its tag is not in the manifest; a step takes a class from a
/// Worker that is not ours (OwnershipConflict); a binding needs a class that is not there (lacking_classes.h) or, of a
/// new Worker, that no migration makes. What a step destroys is for ends.h to judge.
std::optional<Block> migration_block(const Target& target, const LiveWorker* live, const LiveState& all,
                                     const Policy& policy);

struct DestroyedClass {
  std::string tag;   ///< of the migration
  std::string name;  ///< of the class
};

/// Classes that pending steps delete although they may hold data: those that the live Worker had, or that were taken
/// from another one; not those that the same upload makes.
std::vector<DestroyedClass> destroyed_by_migrations(const Target& target, const LiveWorker* live);

struct TakenClass {
  std::string name;  ///< of the class, in the Worker that loses it
  std::string from;  ///< that Worker
};

/// Classes that pending steps take over from other Workers.
std::vector<TakenClass> taken_by_migrations(const Target& target, const LiveWorker* live);

/// Classes that pending steps make, or give a new name, as they are in the end.
std::set<std::string> made_by_migrations(const Target& target, const LiveWorker* live);

/// Classes that there are after `migrations`, of a Worker that had none before.
std::set<std::string> classes_after(std::span<const manifests::DesiredMigration> migrations);

/// The tag of the migration that makes or gets the class `name`; empty: none does.
std::string_view tag_of_class(std::span<const manifests::DesiredMigration> migrations, std::string_view name);

/// Whether a binding of `worker` is to a Durable Object class of its own.
bool binds_own_class(const Json& binding, std::string_view worker);

/// Classes that a live Worker is seen to have: those that its own bindings name.
std::set<std::string> bound_classes(const LiveWorker& live);

}  // namespace plumbline::reconciler
