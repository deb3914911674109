#include "reconciler/plan/gates.h"

#include <algorithm>

#include "base/text.h"
#include "base/wildcard.h"
#include "manifests/documents/hosts.h"
#include "manifests/sources/tree_listing.h"
#include "manifests/sources/unread.h"
#include "reconciler/model/canonical.h"
#include "reconciler/model/live_settings.h"
#include "reconciler/plan/decisions.h"
#include "reconciler/plan/ends.h"

namespace plumbline::reconciler {
namespace {

std::optional<Block> source_block(const Plan& plan, const manifests::DesiredState& desired, const Policy& policy) {
  if (has_errors(desired.diagnostics)) {
    return Block{Reason::source_incomplete,
                 "the source has errors. Nothing is deleted until the whole source can be read",
                 "correct the manifests named above"};
  }
  if (!desired.hiding.empty()) {
    return Block{Reason::source_incomplete,
                 "\"" + desired.hiding.front() +
                     "\" is a symbolic link, which is never followed, and a manifest may be "
                     "behind it. Nothing is deleted until the whole source can be read",
                 "put the file itself in its place, or name it in .plumblineignore"};
  }
  if (desired.workers.empty()) {
    return Block{Reason::empty_desired_state, "the source holds no Worker at all",
                 "put one manifest back, or delete the Workers by hand"};
  }
  if (!policy.only.empty()) {
    return Block{Reason::source_incomplete, "only a part of the source is planned", "plan without --only"};
  }
  if (!plan.complete) {
    return Block{Reason::read_failed, "not every Worker could be read", "try again later"};
  }
  return std::nullopt;
}

std::string told_manifest(const LiveWorker& live) {
  if (live.memory && !live.memory->file.empty()) return live.memory->file;
  return manifest_file_of(LiveSettings(live).find("annotations"));
}

// What was written by somebody who saw another root of the repository may lack the way to ours.
std::string last_manifest(const LiveWorker& live, const manifests::SourceTree& tree) {
  auto file = told_manifest(live);
  const bool is_ours = tree.prefix().empty() || file.empty() || file.starts_with(tree.prefix() + '/');
  return is_ours ? file : manifests::path_in(tree.prefix(), file);
}

// How the Worker's manifest is there and is not read as one any more: ignored, renamed, with a slip in its kind, a
// link. That is no sign that somebody wants the Worker gone. One that is gone is, and so is one that still holds
// manifests and does not say the Worker's name.
std::optional<std::string> vanished_how(const std::string& file, const std::string& name,
                                        const manifests::DesiredState& desired) {
  const auto& entries = desired.tree->entries();
  const bool is_read = std::ranges::binary_search(desired.manifest_paths, std::string_view(file));
  if (!file.empty() && !is_read) {
    if (manifests::find_file(entries, file) != nullptr) {
      return "its manifest " + file + " is still there, but is not read as a manifest any more";
    }
    if (const auto* unread = manifests::unread_at_or_above(*desired.tree, file)) {
      return "its manifest " + file + " is not read any more: " + manifests::why_unread(*unread);
    }
    if (!manifests::items_below(entries, file + '/').empty()) {
      return "its manifest " + file + " is a folder now";
    }
  }
  for (const auto& mentioned : std::ranges::equal_range(desired.mentioned, name, {}, &manifests::MentionedName::name)) {
    if (mentioned.is_unread) return "its name is in " + mentioned.file + ", which is not read as a manifest";
    if (file.empty() || mentioned.file == file) {
      return "its name is still in " + mentioned.file + ", but no manifest there is for it";
    }
  }
  return std::nullopt;
}

std::optional<Block> vanished_block(const WorkerChange& change, const manifests::DesiredState& desired) {
  if (!change.live || !desired.tree) return std::nullopt;
  const auto how = vanished_how(last_manifest(*change.live, *desired.tree), change.name, desired);
  if (!how) return std::nullopt;
  return Block{Reason::manifest_vanished, *how,
               "to keep the Worker, correct the manifest's apiVersion and kind, or whatever leaves it out. To delete "
               "the Worker, delete the file, or the name in it"};
}

std::optional<Block> threshold_block(std::size_t deletes, std::size_t owned, std::string_view kind,
                                     const Policy& policy) {
  const double percent = owned == 0 ? 0 : 100.0 * static_cast<double>(deletes) / static_cast<double>(owned);
  // One delete alone always passes: it is the everyday case, and in a small source more than any
  // percentage.
  if (deletes <= 1 || (deletes <= policy.max_deletes && percent <= policy.max_delete_percent)) return std::nullopt;
  return Block{Reason::threshold_exceeded,
               counted(deletes, "delete") + " of " + counted(owned, kind) +
                   ", more than max_deletes or max_delete_percent allows",
               {}};
}

// The deletes of one kind, each by what would stop it, out of how many of the kind there are.
struct Deletes {
  std::string_view kind;
  std::vector<std::optional<Block>*> stops;
  std::size_t owned = 0;
};

// What goes with its Worker does not count again.
std::vector<Deletes> deletes_by_kind(Plan& plan, const Owned& owned) {
  Deletes workers{"Worker", {}, owned.workers};
  std::map<ExposureChange::Type, std::vector<std::optional<Block>*>> exposures;
  Deletes consumers{"consumer", {}, owned.consumers};
  Deletes filters{"filter", {}, owned.filters};
  for (auto& change : plan.workers) {
    if (change.action == Action::remove) {
      workers.stops.push_back(&change.block);
      continue;
    }
    for (auto& exposure : change.exposure) {
      if (exposure.action == Action::remove) exposures[exposure.type].push_back(&exposure.block);
    }
    for (const auto& end : change.ends) {
      if (end.kind == Ended::Kind::queue_consumer) consumers.stops.push_back(&change.block);
    }
  }
  for (auto& change : plan.zone_workers) {
    for (const auto& call : change.calls) {
      if (call.is("delete_filter")) filters.stops.push_back(&change.block);
    }
  }
  std::vector<Deletes> all{workers, consumers, filters};
  for (auto& [type, stops] : exposures) {
    const auto count = owned.exposure.find(type);
    all.push_back({word_of(type), std::move(stops), count == owned.exposure.end() ? 0 : count->second});
  }
  return all;
}

// How long a mending counts.
constexpr std::chrono::minutes kMendingsCount{30};

// Whether the active version is one that we made, so that nobody made another since.
bool is_ours(const LiveWorker& live) {
  return !is_rolled_back(live) && attestation_of(LiveSettings(live).find("annotations"));
}

bool is_script_of(const Observation& memory, const JsonObject& entry) {
  const auto remembered = parse_json(memory.list_key);
  const auto tag = string_member(entry, "tag");
  return remembered && !tag.empty() && string_member(*remembered, "tag") == tag;
}

bool same_bindings(const Json& live, const Json& desired) {
  const auto* found = live.if_object();
  const auto* wanted = desired.if_object();
  if (found == nullptr || wanted == nullptr) return false;
  return found->size() == wanted->size() && std::ranges::all_of(*wanted, [found](const auto& entry) {
           const auto* binding = member(*found, entry.key());
           return binding != nullptr && binding_satisfies(binding->get_object(), entry.value().get_object());
         });
}

// As far as a version tells: code and secrets are attested, of the settings it tells some.
bool is_as_desired(const Version& version, const Target& target) {
  if (!version.attestation) return false;
  auto wanted = target.attestation;
  // A rotation, another key and a run without values make it no other one.
  wanted.key_id = version.attestation->key_id;
  wanted.secrets = version.attestation->secrets;
  if (!target.assets && version.attestation) wanted.assets = version.attestation->assets;
  // Whatever of it is unmanaged counts as little.
  if (wanted.unseen == "-" && version.attestation) wanted.unseen = version.attestation->unseen;
  if (version.attestation != wanted) return false;
  const auto settings = with_service_defaults(canonical_settings(version.settings));
  return std::ranges::all_of(target.settings, [&](const auto& entry) {
    if (!version.settings.contains(entry.key())) return true;
    const auto* live = member(settings, entry.key());
    if (entry.key() == "bindings") return same_bindings(live != nullptr ? *live : Json(JsonObject()), entry.value());
    return satisfies(live, entry.value());
  });
}

// Of the list of an account without the beta API, which tells ids alone.
bool is_unread(const Version& version) {
  return !version.attestation && version.settings.empty();
}

// Whether a version that somebody went back from, or began to bring, is what the manifest asks for: then nobody has
// committed anything since. Read from the account, so that everybody decides alike, whoever applied last from wherever.
bool was_asked_for(const LiveWorker& live, const Target& target) {
  const auto* versions = live.versions.if_known();
  if (versions == nullptr) return true;
  const auto is_deployed = [&live](const Version& version) {
    return std::ranges::any_of(live.deployment->versions,
                               [&](const auto& share) { return same_version(share.version_id, version.id); });
  };
  const auto may_be_asked_for = [&target](const Version& version) {
    return is_unread(version) || is_as_desired(version, target);
  };
  auto end = std::ranges::find_if(*versions, is_deployed);
  // Those that share the traffic count as well, but none that is older than all of them.
  if (live.deployment->is_split()) {
    for (auto it = end; it != versions->end(); ++it) {
      if (is_deployed(*it)) end = std::next(it);
    }
  }
  return std::any_of(versions->begin(), end, may_be_asked_for);
}

// A redeployment of which the history is not known may be a rollback.
bool is_history_unread(const LiveWorker& live) {
  return live.versions.is_unknown() && (live.deployment->redeployed || live.deployment->is_split());
}

bool is_of_wrangler(const Target& target) {
  return target.desired->written_as == manifests::WrittenAs::wrangler_config;
}

std::string how_to_take_unowned(const Target& target) {
  const auto command = "`plumbline adopt " + target.desired->name + "`";
  if (is_of_wrangler(target)) {
    return "run " + command + ", or plan and apply with `--adopt unowned` (`adopt: unowned` of the source)";
  }
  return "write `adopt: unowned` under metadata to take it over, or run " + command;
}

std::string how_to_take_from(const Target& target, const std::string& owner) {
  if (is_of_wrangler(target)) {
    return "have its owner give it up (`plumbline release " + target.desired->name +
           "`), or write a Plumbline manifest, which can say `adopt: " + owner + "`";
  }
  return "write `adopt: " + owner + "` under metadata to take it over";
}

// The second way out, where what differs is a setting.
std::string or_ignore(const WorkerChange& change) {
  std::string pointers;
  for (const auto& line : change.lines) {
    if (!line.pointer.empty()) pointers += (pointers.empty() ? "" : ", ") + line.pointer;
  }
  if (pointers.empty()) return {};
  if (is_of_wrangler(*change.target)) {
    return ", or write a Plumbline manifest, which can leave it to others: `ignore: [" + pointers + "]`";
  }
  return ", or leave it to others: `ignore: [" + pointers + "]` under spec";
}

}  // namespace

bool may_be_pruned(const LiveWorker& live, const Policy& policy) {
  if (policy.prune == Prune::upsert_only || !is_in_scope(live.name, policy)) return false;
  const auto owned = ownership_of(live_tags(live));
  return owned && owned->owner == policy.owner && !owned->keep && !policy.named_elsewhere.contains(live.name);
}

std::optional<Block> contested_block(const Target& target, const LiveWorker* live, const Policy& policy) {
  const auto other = policy.named_elsewhere.find(target.desired->name);
  if (other == policy.named_elsewhere.end() || (live != nullptr && is_claimed(live_tags(*live)))) return std::nullopt;
  return Block{Reason::ownership_conflict,
               "sources " + policy.owner.source + " and " + other->second +
                   " both have a manifest for it, so that neither makes it",
               "take it out of one of the two"};
}

bool has_lost_tag(const Target& target, const LiveWorker& live) {
  if (is_claimed(live_tags(live)) || (live.memory && live.memory->released)) return false;
  if (live.memory && !live.memory->applied.empty() && is_script_of(*live.memory, live.entry)) return true;
  const auto* settings = live.settings.if_known();
  const auto attested = settings != nullptr ? attestation_of(member(*settings, "annotations")) : std::nullopt;
  return attested && attested->key_id != "-" && attested->key_id == target.attestation.key_id;
}

bool may_have_lost_tag(const Target& target, const LiveWorker& live) {
  return !is_claimed(live_tags(live)) && live.settings.is_unknown() && target.attestation.key_id != "-";
}

bool is_adoption(const Target& target, const LiveWorker& live, const Policy& policy) {
  const auto owned = ownership_of(live_tags(live));
  return owned ? owned->owner != policy.owner : !has_lost_tag(target, live);
}

std::optional<Block> ownership_block(const Target& target, const LiveWorker& live, const Policy& policy) {
  using Adopt = manifests::AdoptRule::Kind;
  const auto* tags = live_tags(live);
  const auto owned = ownership_of(tags);
  if (owned && owned->owner == policy.owner) return std::nullopt;
  const auto& adopt = target.desired->adopt;
  if (has_lost_tag(target, live)) return std::nullopt;
  if (!is_claimed(tags)) {
    if (adopt.kind == Adopt::unowned || policy.adopt_unowned) return std::nullopt;
    return Block{Reason::ownership_conflict,
                 "a live Worker has this name and belongs to nobody; Plumbline did not make it",
                 how_to_take_unowned(target)};
  }
  if (!owned) {
    return Block{Reason::ownership_conflict,
                 "the ownership tags of the live Worker contradict each other or cannot be read",
                 "leave one tag that begins with plumbline= on the Worker"};
  }
  const auto other = to_string(owned->owner);
  if (adopt.kind == Adopt::transfer && adopt.from == other) return std::nullopt;
  return Block{Reason::ownership_conflict, "the live Worker belongs to " + other, how_to_take_from(target, other)};
}

std::optional<Block> rollout_block(const Target& target, const LiveWorker& live) {
  const auto* deployment = live.deployment.if_known();
  if (deployment == nullptr || !(deployment->is_split() || deployment->redeployed)) return std::nullopt;
  if (!deployment->is_split() && is_history_unread(live)) {
    return Block{Reason::read_failed, "its versions could not be read, and somebody may have rolled it back",
                 "try again later"};
  }
  if (!deployment->is_split() && !is_rolled_back(live)) return std::nullopt;
  if (!was_asked_for(live, target)) return std::nullopt;
  if (deployment->is_split()) {
    return Block{Reason::foreign_rollout, "a gradual rollout is under way: traffic is split over two versions",
                 "finish or end the rollout (wrangler versions deploy), or change the manifest"};
  }
  return Block{Reason::rolled_back, "somebody rolled the Worker back to an older version",
               "revert the commit, or deploy the newest version again (wrangler versions deploy)"};
}

std::optional<Block> mending_block(const WorkerChange& change, const LiveWorker& live, TimePoint now) {
  if (!live.memory || live.memory->mendings.times.empty()) return std::nullopt;
  const auto& mendings = live.memory->mendings;
  // Where our own version holds it, time changes nothing: nobody has edited it.
  const bool counts = now - mendings.times.back() < kMendingsCount || change.origin == Origin::intent;
  if (counts && is_ours(live) && mendings.what == lines_digest(change.lines)) {
    return Block{Reason::perpetual_diff,
                 "the same difference came back after it was corrected. Either the service keeps a value other than "
                 "the manifest's, or somebody sets it back without a new version",
                 "state the value that is live" + or_ignore(change)};
  }
  return flapping_block(mendings.times, now);
}

std::optional<Block> flapping_block(const std::vector<TimePoint>& mended, TimePoint now) {
  if (mended.size() < kMostMendings || now - mended.front() >= kMendingsCount) return std::nullopt;
  return Block{
      Reason::flapping, "somebody changes it again each time it is corrected",
      "find out who changes it, or change the manifest. It is corrected again half an hour after the first time"};
}

bool is_recent(const std::vector<TimePoint>& mended, TimePoint now) {
  return !mended.empty() && now - mended.back() < kMendingsCount;
}

std::optional<Block> zone_block(const ExposureChange& exposure, const Policy& policy) {
  const auto host = manifests::host_of_pattern(exposure.name);
  if (is_allowed_zone(exposure.zone_id, exposure.zone_name, host, policy)) return std::nullopt;
  return Block{Reason::ownership_conflict, "the source may not write to its zone",
               "add the zone to allow.zones of the source"};
}

std::optional<Block> allow_block(const std::string& name, const Policy& policy) {
  const bool allowed =
      std::ranges::any_of(policy.allow_names, [&](const auto& pattern) { return wildcard_matches(pattern, name); });
  if (allowed) return std::nullopt;
  return Block{Reason::ownership_conflict, "the source may not write a Worker of this name",
               "add the name to allow.names of the source"};
}

void gate_deletes(Plan& plan, const manifests::DesiredState& desired, const Policy& policy) {
  const auto by_source = source_block(plan, desired, policy);
  for (auto& change : plan.workers) {
    if (change.action != Action::remove || change.block) continue;
    auto block = allow_block(change.name, policy);
    // The nearest cause: a manifest that cannot be read is an error of the source as well.
    if (!block) block = vanished_block(change, desired);
    if (!block) block = by_source;
    if (!block) block = data_loss_block(change.name, change.ends, nullptr, policy);
    change.block = std::move(block);
  }
}

void bound_deletes(Plan& plan, const Policy& policy, const Owned& owned) {
  if (is_approved(plan, policy)) return;
  const auto how = "apply exactly this plan with --digest " + plan.digest +
                   ", or have a daemon do it: plumbline approve " + policy.owner.source + " --digest " + plan.digest;
  for (auto& [kind, deletes, all] : deletes_by_kind(plan, owned)) {
    auto block = threshold_block(deletes.size(), all, kind, policy);
    if (!block) continue;
    block->override_with = how;
    for (auto* stopped : deletes) {
      if (!*stopped) *stopped = block;
    }
  }
}

}  // namespace plumbline::reconciler
