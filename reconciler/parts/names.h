#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "reconciler/model/live.h"
#include "reconciler/model/plan.h"
#include "reconciler/model/target.h"

/// Bindings that give a KV namespace, a D1 database or a Hyperdrive configuration by its name. The id takes the place
/// of the name before anything is compared, so that from there on the manifest is as if it held the id.
namespace plumbline::reconciler {

/// The bindings of a manifest that name a resource.
std::vector<NamedBinding> named_bindings(const JsonObject& desired_settings);

/// Puts ids into `targets` as far as `live` knows them: from a list that was read, else from the memory of a clean
/// Worker whose binding still has that id. May be called again when more was read.
void resolve_names(TargetList& targets, const LiveState& live);

/// The same for one, whose live Worker may be null.
void resolve_names(Target& target, const LiveWorker* worker, const LiveState& live);

/// The manifest of `target` with the ids that are known in the place of names.
std::shared_ptr<manifests::DesiredWorker> with_ids(const Target& target);

/// Why a name has no id; nothing if all have one.
std::optional<Block> name_block(const Target& target, const LiveState& live);

/// The ids of all names, for the journal: by `<binding type> <name>`.
std::map<std::string, std::string> ids_to_remember(const Target& target);

/// `settings` (canonical) with the names put back beside their ids, for people and policies to read.
JsonObject with_names(JsonObject settings, const Target& target);

/// ` (title checkout-cache)` for a binding that is given by name, else nothing.
std::string name_note(const Target& target, std::string_view binding);

}  // namespace plumbline::reconciler
