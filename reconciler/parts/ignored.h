#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "reconciler/model/live.h"
#include "reconciler/model/target.h"

/// What a manifest's `ignore` names, JSON pointers into its settings, is left to others: the live value takes the place
/// of what is stated before anything is compared, so that it is no difference, and a write that has to send it sends
/// what is there. What is not there stays away, beside a cleared object, which is cleared as a whole. A new Worker, and
/// a new binding of which only a field is ignored, are made as stated. The same goes for the variables that a manifest
/// does not name, if its `vars_policy` is to keep them. Pure.
namespace plumbline::reconciler {

/// The types of bindings that wrangler calls vars.
inline constexpr std::array<std::string_view, 2> kVariableTypes{"plain_text", "json"};

/// As far as the settings of `live` are known. May be called again when more was read.
void resolve_ignored(TargetList& targets, const LiveState& live);

/// The same for one, whose live Worker may be null.
void resolve_ignored(Target& target, const LiveWorker* live);

/// Whether the whole binding of this name is left to others, whatever its type: a secret is a binding as well.
bool is_ignored_binding(const manifests::DesiredWorker& worker, std::string_view name);

/// `settings` without what the pointers name.
JsonObject without_ignored(JsonObject settings, const std::vector<std::string>& pointers);

}  // namespace plumbline::reconciler
