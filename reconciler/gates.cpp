#include "reconciler/gates.h"

#include <algorithm>

#include "base/text.h"
#include "manifests/zones.h"
#include "reconciler/canonical.h"
#include "reconciler/migrations.h"
#include "reconciler/workflows.h"

namespace plumbline::reconciler {
namespace {

std::optional<Block> source_block(const Plan& plan, const manifests::DesiredState& desired) {
  if (has_errors(desired.diagnostics)) {
    return Block{"Failed",
                 "the source has errors, and nothing is deleted because of a source that cannot be "
                 "read whole",
                 "mend the manifests named above"};
  }
  if (desired.workers.empty()) {
    return Block{"EmptyDesiredState", "the source holds no Worker at all",
                 "put one manifest back, or delete the Workers by hand"};
  }
  if (!plan.complete) {
    return Block{"Failed", "the plan is incomplete", "plan without --only, and when every Worker can be read"};
  }
  return std::nullopt;
}

std::optional<Block> data_loss_block(const WorkerChange& change, const Policy& policy) {
  if (!change.live || policy.allow_data_loss.contains(change.name)) return std::nullopt;
  const bool objects = holds_durable_objects(*change.live);
  const auto workflows = known_workflows(*change.live);
  if (!objects && (!workflows.is_known() || workflows->empty())) return std::nullopt;
  return Block{"DataLoss",
               objects ? "deleting it destroys the data of its Durable Objects"
                       : "deleting it leaves the instances of its workflow " + workflows->begin()->first +
                             " without code to go on with",
               "add \"" + change.name + "\" to allow_data_loss of the source"};
}

std::string last_manifest(const LiveWorker& live) {
  if (live.memory && !live.memory->file.empty()) return live.memory->file;
  const auto settings = known_settings(live);
  return settings.is_known() ? manifest_file_of(member(*settings, "annotations")) : std::string();
}

// A file that was the Worker's manifest and is none any more, by a typo in its kind or because it is left out now: no
// sign that somebody wants the Worker gone. One that still holds manifests, without this Worker, is.
std::optional<Block> vanished_block(const WorkerChange& change, const manifests::DesiredState& desired) {
  if (!change.live || !desired.tree) return std::nullopt;
  const auto file = last_manifest(*change.live);
  const bool is_there =
      std::ranges::any_of(desired.tree->entries(), [&file](const auto& entry) { return entry.path == file; });
  if (!is_there || std::ranges::binary_search(desired.manifest_paths, std::string_view(file))) return std::nullopt;
  return Block{"ManifestVanished", "its manifest " + file + " is still there, but is not read as a manifest any more",
               "mend its apiVersion and kind, or delete the file if the Worker is to go"};
}

std::optional<Block> threshold_block(std::size_t deletes, std::size_t owned, const Policy& policy) {
  const double percent = owned == 0 ? 0 : 100.0 * static_cast<double>(deletes) / static_cast<double>(owned);
  // One delete alone always passes: it is the everyday case, and in a small source more than any
  // percentage.
  if (deletes <= 1 || (deletes <= policy.max_deletes && percent <= policy.max_delete_percent)) return std::nullopt;
  return Block{"ThresholdExceeded",
               counted(deletes, "delete") + " of " + counted(owned, "Worker") +
                   ", more than max_deletes or max_delete_percent allows",
               {}};
}

// How long a mending counts.
constexpr std::chrono::minutes kMendingsCount{30};

// Whether the active version is one that we made, so that nobody made another since.
bool is_ours(const LiveWorker& live) {
  const auto settings = known_settings(live);
  if (is_rolled_back(live) || !settings.is_known()) return false;
  return attestation_of(member(*settings, "annotations")).has_value();
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
bool is_as_desired(const NewestVersion& newest, const Target& target) {
  auto wanted = target.attestation;
  if (!target.assets && newest.attestation) wanted.assets = newest.attestation->assets;
  if (newest.attestation != wanted) return false;
  const auto settings = canonical_settings(newest.settings);
  return std::ranges::all_of(target.settings, [&](const auto& entry) {
    if (!newest.settings.contains(entry.key())) return true;
    const auto* live = member(settings, entry.key());
    if (entry.key() == "bindings") return same_bindings(live != nullptr ? *live : Json(JsonObject()), entry.value());
    return satisfies(live, entry.value());
  });
}

// The second way out, where what differs is a setting.
std::string or_ignore(const std::vector<ChangeLine>& lines, std::string_view file) {
  std::string pointers;
  for (const auto& line : lines) {
    if (!line.pointer.empty()) pointers += (pointers.empty() ? "" : ", ") + line.pointer;
  }
  if (pointers.empty()) return {};
  if (is_wrangler_config(file)) {
    return ", or write a Plumbline manifest, which can leave it to others: `ignore: [" + pointers + "]`";
  }
  return ", or leave it to others: `ignore: [" + pointers + "]` under spec";
}

}  // namespace

bool is_wrangler_config(std::string_view file) {
  return file.substr(file.rfind('/') + 1).starts_with("wrangler.");
}

bool matches_name(std::string_view pattern, std::string_view name) {
  // Greedy with one point of return, linear in pattern times name at worst.
  std::size_t p = 0;
  std::size_t n = 0;
  std::size_t star = std::string_view::npos;
  std::size_t resume = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = n;
    } else if (p < pattern.size() && pattern[p] == name[n]) {
      ++p;
      ++n;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      n = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

bool is_in_scope(const std::string& name, const Policy& policy) {
  return policy.only.empty() || policy.only.contains(name);
}

bool may_be_pruned(const LiveWorker& live, const Policy& policy) {
  if (policy.prune == Prune::upsert_only || !is_in_scope(live.name, policy)) return false;
  const auto owned = ownership_of(live_tags(live));
  return owned && owned->owner == policy.owner && !owned->keep && !policy.named_elsewhere.contains(live.name);
}

bool is_of_source(const std::string& worker, const LiveState& live, const Policy& policy) {
  const auto found = live.workers.find(worker);
  if (found == live.workers.end()) return false;
  const auto owned = ownership_of(live_tags(found->second));
  return owned && owned->owner == policy.owner;
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
  using Kind = manifests::AdoptRule::Kind;
  const auto* tags = live_tags(live);
  const auto owned = ownership_of(tags);
  if (owned && owned->owner == policy.owner) return std::nullopt;
  const auto& adopt = target.desired->adopt;
  if (has_lost_tag(target, live)) return std::nullopt;
  if (!is_claimed(tags)) {
    if (adopt.kind == Kind::unowned || policy.adopt_unowned) return std::nullopt;
    return Block{"OwnershipConflict", "a Worker of this name is live and nobody's; it was not made by Plumbline",
                 "write `adopt: unowned` under metadata to take it over, or run `plumbline adopt " + live.name + "`"};
  }
  if (!owned) {
    return Block{"OwnershipConflict", "the ownership tags of the live Worker contradict each other or cannot be read",
                 "leave one tag that begins with plumbline= on the Worker"};
  }
  const auto other = to_string(owned->owner);
  if (adopt.kind == Kind::transfer && adopt.from == other) return std::nullopt;
  return Block{"OwnershipConflict", "the live Worker belongs to " + other,
               "write `adopt: " + other + "` under metadata to take it over"};
}

std::optional<Block> rollout_block(const Target& target, const LiveWorker& live) {
  const auto* deployment = live.deployment.if_known();
  if (deployment == nullptr) return std::nullopt;
  const bool remembered = live.memory && !live.memory->applied.empty();
  if (remembered && live.memory->applied != target.identity) return std::nullopt;
  if (deployment->is_split()) {
    return Block{"ForeignRollout", "a gradual rollout is under way: traffic is split over two versions",
                 "finish or end the rollout (wrangler versions deploy), or change the manifest"};
  }
  if (!is_rolled_back(live)) return std::nullopt;
  // Without a memory, the newest version tells: if it is what the manifest asks for, somebody went back from it.
  if (!remembered && !is_as_desired(*live.newest, target)) return std::nullopt;
  return Block{"RolledBack", "somebody rolled the Worker back to an older version",
               "revert the commit, or deploy the newest version again (wrangler versions deploy)"};
}

std::optional<Block> mending_block(const WorkerChange& change, const LiveWorker& live, TimePoint now) {
  if (!live.memory || live.memory->mendings.times.empty()) return std::nullopt;
  const auto& mendings = live.memory->mendings;
  if (now - mendings.times.back() < kMendingsCount && is_ours(live) && mendings.what == lines_digest(change.lines)) {
    return Block{"PerpetualDiff",
                 "the same difference is there again after it was put right: the service keeps another value than "
                 "the manifest's, or somebody sets it back without a new version",
                 "state the value that is live" + or_ignore(change.lines, change.file)};
  }
  return flapping_block(mendings.times, now);
}

std::optional<Block> flapping_block(const std::vector<TimePoint>& mended, TimePoint now) {
  if (mended.size() < kMostMendings || now - mended.front() >= kMendingsCount) return std::nullopt;
  return Block{"Flapping", "it is changed again each time it is put right",
               "find who writes it, or change the manifest; it is put right again half an hour after the first time"};
}

bool is_recent(const std::vector<TimePoint>& mended, TimePoint now) {
  return !mended.empty() && now - mended.back() < kMendingsCount;
}

std::optional<Block> zone_block(const ResourceChange& resource, const Policy& policy) {
  const auto host = manifests::host_of_pattern(resource.name);
  if (is_allowed_zone(resource.zone_id, resource.zone_name, host, policy)) return std::nullopt;
  return Block{"OwnershipConflict", "the source may not write to its zone",
               "add the zone to allow.zones of the source"};
}

std::optional<Block> allow_block(const std::string& name, const Policy& policy) {
  const bool allowed =
      std::ranges::any_of(policy.allow_names, [&](const auto& pattern) { return matches_name(pattern, name); });
  if (allowed) return std::nullopt;
  return Block{"OwnershipConflict", "the source may not write a Worker of this name",
               "add the name to allow.names of the source"};
}

std::optional<Block> secret_block(const Target& target, const std::vector<std::string>& put_secrets) {
  // A value that the store does not have stops the Worker even if nothing is to be written today:
  // at the next change it would be missed.
  for (const auto& [name, secret] : target.secrets) {
    const bool needed = std::ranges::find(put_secrets, name) != put_secrets.end();
    const bool missing = secret.state == SecretTarget::State::missing;
    if (missing || (needed && secret.state != SecretTarget::State::available)) {
      return Block{"SecretMissing", "secret " + name + ": " + secret.problem, "put the value into the secret store"};
    }
  }
  return std::nullopt;
}

void gate_deletes(Plan& plan, const manifests::DesiredState& desired, const Policy& policy) {
  const auto by_source = source_block(plan, desired);
  for (auto& change : plan.workers) {
    if (change.action != Action::remove || change.block) continue;
    auto block = allow_block(change.name, policy);
    if (!block) block = by_source;
    if (!block) block = vanished_block(change, desired);
    if (!block) block = data_loss_block(change, policy);
    change.block = std::move(block);
  }
}

void bound_deletes(Plan& plan, const Policy& policy, std::size_t owned_workers) {
  const auto is_delete = [](const WorkerChange& change) { return change.action == Action::remove; };
  const auto deletes = static_cast<std::size_t>(std::ranges::count_if(plan.workers, is_delete));
  auto block = threshold_block(deletes, owned_workers, policy);
  if (!block || policy.confirmed_digest == plan.digest) return;
  block->override_with = "apply exactly this plan with --digest " + plan.digest;
  for (auto& change : plan.workers) {
    if (is_delete(change) && !change.block) change.block = block;
  }
}

}  // namespace plumbline::reconciler
