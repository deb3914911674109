#include "reconciler/model/live.h"

#include <algorithm>

#include "reconciler/model/live_settings.h"
#include "reconciler/model/ownership.h"

namespace plumbline::reconciler {
namespace {

const std::string* active_id(const LiveWorker& worker) {
  const auto* deployment = worker.deployment.if_known();
  if (deployment == nullptr || deployment->versions.size() != 1) return nullptr;
  return &deployment->versions.front().version_id;
}

// Whether the memory's attestation belongs to the version that is active now.
bool memory_is_of_active_version(const LiveWorker& worker) {
  if (!worker.memory || !worker.memory->attestation) return false;
  if (const auto* version = active_id(worker)) {
    return same_version(*version, worker.memory->version_id);
  }
  return false;
}

}  // namespace

bool same_version(std::string left, std::string right) {
  std::erase(left, '-');
  std::erase(right, '-');
  return !left.empty() && left == right;
}

Schedules schedules_of(const JsonArray& list) {
  Schedules crons;
  for (const auto& schedule : list) crons.emplace_back(string_member(schedule, "cron"));
  return canonical_schedules(std::move(crons));
}

Schedules canonical_schedules(Schedules schedules) {
  for (auto& schedule : schedules) {
    const auto last = std::ranges::unique(schedule, [](char left, char right) { return left == ' ' && right == ' '; });
    schedule.erase(last.begin(), last.end());
  }
  std::ranges::sort(schedules);
  const auto repeated = std::ranges::unique(schedules);
  schedules.erase(repeated.begin(), repeated.end());
  return schedules;
}

const Json* find_value(const PartValues& values, std::string_view part) {
  const auto found = values.find(part);
  return found == values.end() ? nullptr : &found->second;
}

bool is_of_source(const std::string& worker, const LiveState& live, const Owner& owner) {
  const auto found = live.workers.find(worker);
  if (found == live.workers.end()) return false;
  const auto owned = ownership_of(live_tags(found->second));
  return owned && owned->owner == owner;
}

std::string list_key(const JsonObject& entry) {
  if (string_member(entry, "etag").empty() && string_member(entry, "modified_on").empty()) return {};
  JsonObject key;
  for (const auto* name : {"tag", "etag", "modified_on", "migration_tag"}) {
    const auto text = string_member(entry, name);
    // The answer to an upload leaves out members that the list shows as null or "".
    if (!text.empty()) key[name] = text;
  }
  return to_canonical_text(key);
}

const Json* live_tags(const LiveWorker& worker) {
  if (const auto* settings = worker.settings.if_known()) {
    if (const auto* tags = member(*settings, "tags")) return tags;
  }
  return member(worker.entry, "tags");
}

Known<JsonObject> known_settings(const LiveWorker& worker) {
  const LiveSettings settings(worker);
  if (settings.is_known()) return Known<JsonObject>::known(settings.copy());
  return worker.settings.is_absent() ? Known<JsonObject>::absent() : Known<JsonObject>();
}

const Json* known_part(const LiveWorker& worker, std::string_view part) {
  if (const auto* value = find_value(worker.parts, part)) return value;
  return worker.clean && worker.memory ? find_value(worker.memory->parts, part) : nullptr;
}

std::optional<Author> known_author(const LiveWorker& worker) {
  const auto* settings = worker.settings.if_known();
  if (settings != nullptr && settings->contains("annotations")) return author_of(member(*settings, "annotations"));
  if (const auto* version = worker.version.if_known()) return author_of(member(*version, "annotations"));
  if (!worker.memory || !(worker.clean || memory_is_of_active_version(worker))) return std::nullopt;
  return worker.memory->author;
}

bool is_version_unremembered(const LiveWorker& worker) {
  const auto* active = active_id(worker);
  if (active == nullptr || !worker.memory || worker.memory->version_id.empty()) return false;
  return !same_version(*active, worker.memory->version_id);
}

const Version* newest_version(const LiveWorker& worker) {
  const auto* versions = worker.versions.if_known();
  return versions == nullptr || versions->empty() ? nullptr : &versions->front();
}

const Version* active_version(const LiveWorker& worker) {
  const auto* id = active_id(worker);
  const auto* versions = worker.versions.if_known();
  if (id == nullptr || versions == nullptr) return nullptr;
  const auto found =
      std::ranges::find_if(*versions, [id](const Version& version) { return same_version(version.id, *id); });
  return found == versions->end() ? nullptr : &*found;
}

const Version* base_version(const LiveWorker& worker) {
  const auto* active = active_version(worker);
  if (active == nullptr) return nullptr;
  const auto& versions = *worker.versions;
  const auto found = std::find_if(versions.begin() + (active - versions.data()), versions.end(),
                                  [](const Version& version) { return version.attestation.has_value(); });
  return found == versions.end() ? nullptr : &*found;
}

ActiveVersion known_active(const LiveWorker& worker) {
  ActiveVersion active;
  if (const auto* deployment = worker.deployment.if_known()) {
    const auto* id = active_id(worker);
    if (id == nullptr) return active;
    active.id = *id;
    active.since = deployment->created_on;
  } else if (worker.clean && worker.memory) {
    active.id = worker.memory->version_id;
    active.since = worker.memory->version_since;
  }
  // The author that settings show is that of the newest version.
  const auto author = newest_is_not_active(worker) ? std::nullopt : known_author(worker);
  if (author) active.revision = author->revision;
  return active;
}

VersionMaker maker_of_active(const LiveWorker& worker) {
  if (const auto* active = active_version(worker)) return active->maker;
  const auto* version = worker.version.if_known();
  if (const auto* metadata = version != nullptr ? member(*version, "metadata") : nullptr) {
    return {std::string(string_member(*metadata, "source")), std::string(string_member(*metadata, "author_email")),
            std::string(string_member(*metadata, "created_on"))};
  }
  return {std::string(string_member(worker.entry, "last_deployed_from")), {}, {}};
}

bool is_attested(const LiveWorker& worker) {
  // What the settings show is compared, and they may be those of a newer version that somebody has not deployed.
  const auto* settings = worker.settings.if_known();
  const auto* annotations = settings != nullptr ? member(*settings, "annotations") : nullptr;
  if (annotations != nullptr && !attestation_of(annotations)) return false;
  const auto attestation = known_attestation(worker);
  return attestation.is_known() && attestation->secrets != kUnattested;
}

bool rests_on_settings(const LiveWorker& worker) {
  const auto* settings = worker.settings.if_known();
  if (settings == nullptr || !worker.deployment.is_unknown()) return false;
  const auto stated = attestation_of(member(*settings, "annotations"));
  const bool remembered = worker.clean && worker.memory && worker.memory->attestation == stated;
  return stated && !remembered;
}

bool is_rolled_back(const LiveWorker& worker) {
  const auto* active = active_id(worker);
  const auto* newest = newest_version(worker);
  return active != nullptr && newest != nullptr && !same_version(*active, newest->id);
}

bool newest_is_not_active(const LiveWorker& worker) {
  const auto* deployment = worker.deployment.if_known();
  const bool split = deployment != nullptr && deployment->is_split();
  return split || is_rolled_back(worker) || (worker.memory && worker.memory->newest_undeployed);
}

Known<Attestation> known_attestation(const LiveWorker& worker) {
  using Known = Known<Attestation>;
  const auto* settings = worker.settings.if_known();
  if (settings == nullptr) {
    if (worker.clean && worker.memory && worker.memory->attestation) {
      return Known::known(*worker.memory->attestation);
    }
  } else if (const auto stated = attestation_of(member(*settings, "annotations"))) {
    // It is not documented whether settings show the newest version or the active one. Both are the same unless an
    // older version was made active again, or the newest was not deployed: then the annotation belongs to another
    // version, or the active version is unknown here.
    const bool same_as_memory = worker.clean && worker.memory && worker.memory->attestation == *stated;
    if (same_as_memory) return Known::known(*stated);
    // Until its deployment is read it is taken for the active one: whoever must know better asks for that (see
    // rests_on_settings()).
    if (worker.deployment.is_unknown()) return Known::known(*stated);
    const auto* deployment = worker.deployment.if_known();
    const bool resolved = deployment != nullptr && (!deployment->redeployed || worker.versions.is_known());
    if (resolved && !deployment->is_split() && !is_rolled_back(worker)) {
      return Known::known(*stated);
    }
  } else if (!settings->contains("annotations") && worker.clean && worker.memory && worker.memory->attestation) {
    // This service shows no annotations here, and the list says that nothing has changed.
    return Known::known(*worker.memory->attestation);
  }
  if (memory_is_of_active_version(worker)) return Known::known(*worker.memory->attestation);
  if (const auto* version = worker.version.if_known()) {
    if (const auto stated = attestation_of(member(*version, "annotations"))) return Known::known(*stated);
  }
  if (const auto* active = active_version(worker); active != nullptr && active->attestation) {
    return Known::known(*active->attestation);
  }
  if (const auto* content = worker.content.if_known()) {
    return Known::known({"-", content->digest, "-", std::string(kUnattested), std::string(kUnattested)});
  }
  return worker.content.is_absent() ? Known::absent() : Known();
}

}  // namespace plumbline::reconciler
