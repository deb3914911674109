#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "api/error.h"
#include "base/json.h"
#include "base/time_point.h"
#include "reconciler/model/account_lists.h"
#include "reconciler/model/attestation.h"
#include "reconciler/model/known.h"
#include "reconciler/model/zones.h"

namespace plumbline::reconciler {

/// Cron expressions in canonical form: sorted, without repetitions, one space between fields.
using Schedules = std::vector<std::string>;
Schedules canonical_schedules(Schedules schedules);
/// Those of an answer of GET schedules, `[{cron, …}]`.
Schedules schedules_of(const JsonArray& list);

/// A queue's consumer, or a workflow, as a manifest writes it, by name.
using Triggers = std::map<std::string, JsonObject>;

/// Values of parts of a Worker by the part's name, in the part's own form: `subdomain`: {enabled, previews_enabled};
/// `schedules`: canonical cron expressions; `queue_consumers`, `workflows`: settings by name.
using PartValues = std::map<std::string, Json, std::less<>>;

/// nullptr if it is not there.
const Json* find_value(const PartValues& values, std::string_view part);

/// The active deployment of a Worker.
struct Deployment {
  struct Share {
    std::string version_id;
    double percentage = 100;
  };
  std::vector<Share> versions;
  std::string source;      ///< `api`, `wrangler`, `dash`, …; may be empty
  std::string created_on;  ///< RFC 3339, as the service writes it; may be empty
  /// The active version was active before: a rollback, or somebody's choice. Then the newest
  /// version is another one.
  bool redeployed = false;

  [[nodiscard]] bool is_split() const { return versions.size() > 1; }
};

/// The newest version, which is not always the active one.
struct NewestVersion {
  std::string id;
  std::optional<Attestation> attestation;  ///< read only if it is not the active one
  /// What of its settings a version tells, under the names of GET settings: bindings, compatibility, limits. Empty if
  /// it is the active one.
  JsonObject settings{};
};

/// The last times at which we put a Worker back to what was applied before.
struct Mendings {
  std::vector<TimePoint> times;  ///< oldest first, at most kMostMendings
  std::string what;              ///< lines_digest() of the last one
};
inline constexpr std::size_t kMostMendings = 5;

/// What the journal remembers of a Worker. Only a memory: the API stays the truth.
struct Observation {
  std::string list_key;    ///< list_key() of the entry that the rest of this belongs to; empty: never clean
  JsonObject settings;     ///< as GET settings tells them
  PartValues parts;        ///< as far as they are known; workflows with the limits that we wrote
  std::string version_id;  ///< active when observed; may be empty
  std::optional<Attestation> attestation;                  ///< what the active version holds
  std::optional<Author> author;                            ///< who made it; nothing: nobody who signs
  std::map<std::string, std::string> secret_fingerprints;  ///< of the secrets that we wrote last
  std::string file;                                        ///< manifest of what was applied last; may be empty
  std::string applied;               ///< Target::identity of what was applied last; empty: nothing yet
  std::vector<std::string> managed;  ///< Target::managed of what was applied last
  /// The service refused a change of settings because the newest version is not the active one (10214, 10215).
  bool newest_undeployed = false;
  std::map<std::string, std::string> resource_ids;  ///< ids_to_remember() of what it was compared with last
  Mendings mendings;
  bool released = false;  ///< `plumbline release` gave it up: its tag is not lost
  bool dirty = true;      ///< a write was begun since, or its outcome is not known
  TimePoint observed_at;
};

/// By Worker; none is null. What the journal has and what passes are made from is shared, never changed.
using Observations = std::map<std::string, std::shared_ptr<const Observation>>;

/// One Worker as the account has it.
struct LiveWorker {
  std::string name;
  JsonObject entry;  ///< of the list
  Known<JsonObject> settings;
  PartValues parts;  ///< as read in this pass, by calls of their own or from lists of the account
  Known<Deployment> deployment;
  Known<JsonObject> version;  ///< the active version, for its annotations
  /// The active version as the beta API tells it; absent: it does not. Read only before an upload.
  Known<JsonObject> beta_version;
  Known<NewestVersion> newest;                ///< asked for only after a redeployment
  Known<std::string> content_digest;          ///< modules_digest() of the code that was read back
  std::shared_ptr<const Observation> memory;  ///< whatever the journal has, clean or not; null: nothing
  /// The memory stands for what was not read: its list entry is the live one and no write is open.
  bool clean = false;
  std::optional<api::Error> failure;  ///< a read failed: nothing is decided about this Worker in this pass
};

/// What was live when an upload that was to make a Worker came: somebody had made it a moment before.
struct UncertainCreate {
  std::string version;   ///< to go back to
  std::string made;      ///< the version that our upload made
  bool adopted = false;  ///< the manifest said already that the Worker is to be taken over

  friend bool operator==(const UncertainCreate&, const UncertainCreate&) = default;
};

/// By Worker.
using UncertainCreates = std::map<std::string, UncertainCreate>;

/// One account: every Worker of the list. It exists only if the whole list was read.
struct LiveState {
  std::map<std::string, LiveWorker> workers;
  /// Whether the account has the beta list; unknown before it was asked.
  Known<bool> beta_list;
  /// Whether the account has the beta API's versions; unknown before one was asked for.
  Known<bool> beta_versions;
  std::map<ResourceKind, AccountList<ResourceIds>> resources;  ///< those that were asked for
  LiveZones zones;
  AccountList<Queues> queues;
  AccountList<Workflows> workflows;
  AccountList<DurableClasses> durable_classes;
  TimePoint observed_at;
  /// Names that the list does not show and that something depends on, as long as no second read has told of them.
  std::set<std::string> doubtful;
  /// Those that are known to be no Worker's, each with the moment at which the read that proves it began.
  std::map<std::string, TimePoint> absent;
  /// Those that a second read showed all the same, and whose entries are still to be had.
  std::set<std::string> unlisted;
  UncertainCreates uncertain;
};

/// Whether there is a live Worker of this name that bears the tag of `owner`.
bool is_of_source(const std::string& worker, const LiveState& live, const Owner& owner);

/// What of a list entry (or of the answer to an upload) moves when a Worker is written: tag, etag,
/// modified_on, migration_tag. Empty if the entry has neither etag nor modified_on.
std::string list_key(const JsonObject& entry);

/// Settings as far as they are known: what was read, else the memory of a clean Worker; over either
/// lie the fields that the list itself carries, because some of them change without moving anything
/// (script settings), and some are told by the list alone (exports). Unknown where neither is there.
Known<JsonObject> known_settings(const LiveWorker& worker);

/// The tags of a live Worker, as the list shows them.
const Json* live_tags(const LiveWorker& worker);

/// The value of a part: as read, else as a clean Worker is remembered; nullptr: it is not known.
const Json* known_part(const LiveWorker& worker, std::string_view part);

/// Whether two ids are of one version. The service names it by a UUID, the answer to an upload by the same digits
/// without dashes.
bool same_version(std::string left, std::string right);

/// What is attested of the active version: by its annotation (in the settings or the version that
/// was read), by the memory of a clean Worker whose settings do not contradict it, or by content
/// that was read back (then only `modules` is known and `secrets` is `?`). Unknown if more must be
/// read; absent if nothing attests it.
Known<Attestation> known_attestation(const LiveWorker& worker);

/// Who made the active version, from the same places; nothing if that is not known, or nobody who signs.
std::optional<Author> known_author(const LiveWorker& worker);

/// Whether the version that is active, as far as is known, is another than the remembered one.
bool is_version_unremembered(const LiveWorker& worker);

/// Whether an older version than the newest is active, alone: somebody rolled back.
bool is_rolled_back(const LiveWorker& worker);

/// Whether the newest version is not the active one, as far as is known: a rollback, a rollout, an upload that nobody
/// deployed. The service refuses to change settings then (10214); an upload works.
bool newest_is_not_active(const LiveWorker& worker);

/// `secrets` and `unseen` of an attestation made from content that was read back.
inline constexpr std::string_view kUnattested = "?";

}  // namespace plumbline::reconciler
