#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "api/error.h"
#include "base/json.h"
#include "base/shared_object.h"
#include "base/time_point.h"
#include "reconciler/model/account_lists.h"
#include "reconciler/model/attestation.h"
#include "reconciler/model/known.h"
#include "reconciler/model/zones.h"

namespace plumbline::reconciler {

/// Cron expressions in canonical form: sorted, without duplicates, one space between fields.
using Schedules = std::vector<std::string>;
Schedules canonical_schedules(Schedules schedules);
/// The schedules in an answer of GET schedules, `[{cron, …}]`.
Schedules schedules_of(const JsonArray& list);

/// The settings of queue consumers, or of workflows, in a manifest's form, by name of the queue or workflow.
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
  std::string created_on;  ///< RFC 3339, as the service sends it; may be empty
  /// The active version was active before, because of a rollback or somebody's choice. Then the newest version is
  /// another one.
  bool redeployed = false;

  [[nodiscard]] bool is_split() const { return versions.size() > 1; }
};

/// Who made a version, and when.
struct VersionMaker {
  std::string source;      ///< `dash`, `wrangler`, `api`, …; may be empty
  std::string email;       ///< may be empty
  std::string created_on;  ///< RFC 3339, as the service sends it; may be empty
};

/// One version of a Worker. Versions never change.
struct Version {
  std::string id;
  std::optional<Attestation> attestation{};
  /// The settings that the read shows of a version, under the names of GET settings; null: shown as not set. Empty:
  /// nothing was read but its id and who made it.
  JsonObject settings{};
  VersionMaker maker{};
};

/// Versions of one Worker, newest first: all down to the active one as far as they are listed, and beyond it down to
/// the first that bears our attestation. Content was read as far as decisions need it.
using Versions = std::vector<Version>;

/// Code as it was read back.
struct LiveContent {
  struct Module {
    std::string name;
    std::string content_type;  ///< without parameters
    std::uint64_t size = 0;    ///< bytes
    std::string sha256;        ///< 64 hex digits
  };
  std::string digest;           ///< modules_digest()
  std::vector<Module> modules;  ///< the entry first
};

/// What was so when a Worker was last as its manifest asked, of what no version holds. Only a memory.
struct Agreed {
  JsonObject settings;  ///< those of the script
  PartValues parts;     ///< as Observation::parts

  friend bool operator==(const Agreed&, const Agreed&) = default;
};

/// The most recent times at which drift of a Worker was healed.
struct Mendings {
  std::vector<TimePoint> times;  ///< oldest first, at most kMostMendings
  std::string what;              ///< lines_digest() of the last time
};
inline constexpr std::size_t kMostMendings = 5;

/// The journal's memory of a Worker. Only a memory: the API remains the truth.
struct Observation {
  std::string list_key;    ///< list_key() of the entry that the rest of this belongs to; empty: never clean
  JsonObject settings;     ///< as GET settings tells them
  PartValues parts;        ///< as far as they are known; workflows with the limits that we wrote
  std::string version_id;  ///< active when observed; may be empty
  /// When that version became active: RFC 3339, as the service sends it; may be empty.
  std::string version_since{};
  std::optional<Attestation> attestation;                  ///< what the active version holds
  std::optional<Author> author;                            ///< who made it; nothing: nobody who signs
  std::map<std::string, std::string> secret_fingerprints;  ///< of the secrets that we wrote last
  std::string file;                                        ///< manifest that was applied last; may be empty
  std::string applied;               ///< Target::identity that was applied last; empty: nothing was applied yet
  std::vector<std::string> managed;  ///< Target::managed that was applied last
  /// The service refused to change settings because the newest version is not the active one (10214, 10215).
  bool newest_undeployed = false;
  std::map<std::string, std::string> resource_ids;  ///< ids_to_remember() of the last comparison
  Mendings mendings;
  Agreed agreed{};        ///< together with `applied`
  bool released = false;  ///< `plumbline release` gave the Worker up, so the missing tag is intended
  bool dirty = true;      ///< a write has begun since, or its outcome is unknown
  TimePoint observed_at;
};

/// By Worker; no pointer is null. Journal and passes share the observations, which never change.
using Observations = std::map<std::string, std::shared_ptr<const Observation>>;

/// One Worker in the account.
struct LiveWorker {
  std::string name;
  SharedObject entry;  ///< of the list, which it keeps
  Known<JsonObject> settings;
  PartValues parts;  ///< as read in this pass, by calls of their own or from lists of the account
  Known<Deployment> deployment;
  Known<JsonObject> version;  ///< the active version, for its annotations
  /// The active version as the beta API tells it; absent: it does not. Read only before an upload.
  Known<JsonObject> beta_version;
  Known<Versions> versions;    ///< asked for only after a redeployment, or where the active one attests nothing
  Known<LiveContent> content;  ///< the code that was read back
  std::shared_ptr<const Observation> memory;  ///< whatever the journal has, clean or not; null: nothing
  /// The memory stands for what was not read: its list entry is the live one and no write is open.
  bool clean = false;
  std::optional<api::Error> failure;  ///< a read failed: this pass decides nothing about the Worker
  bool deferred = false;              ///< left to the audit: this pass does not read it and decides nothing about it
};

/// An upload was to make a Worker, but somebody had made it a moment before: what was live then.
struct UncertainCreate {
  std::string version;   ///< the version to go back to
  std::string made;      ///< the version that our upload made
  bool adopted = false;  ///< the manifest allowed taking the Worker over anyway

  friend bool operator==(const UncertainCreate&, const UncertainCreate&) = default;
};

/// By Worker.
using UncertainCreates = std::map<std::string, UncertainCreate>;

/// One account: every Worker of the list. Only made if the whole list was read.
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
  /// Names that the list lacks and on which something depends, until a second read has settled them.
  std::set<std::string> doubtful;
  /// Names that no Worker has, as proven by a read, with the time at which that read began.
  std::map<std::string, TimePoint> absent;
  /// Names that a second read did find, and whose list entries still have to be read.
  std::set<std::string> unlisted;
  UncertainCreates uncertain;
};

/// Whether there is a live Worker of this name that bears the tag of `owner`.
bool is_of_source(const std::string& worker, const LiveState& live, const Owner& owner);

/// The parts of a list entry (or of the answer to an upload) that change when a Worker is written: tag, etag,
/// modified_on, migration_tag. Empty if the entry has neither etag nor modified_on.
std::string list_key(const JsonObject& entry);

/// Settings as far as they are known: what was read, else the memory of a clean Worker; over either
/// lie the fields that the list itself carries, because some of them change without moving anything
/// (script settings), and some are told by the list alone (exports). Unknown where neither is there. A copy: who asks
/// for single settings takes live_settings.h.
Known<JsonObject> known_settings(const LiveWorker& worker);

/// The tags of a live Worker, from the list's entry. Points into `worker`.
const Json* live_tags(const LiveWorker& worker);

/// The value of a part: as read, else as a clean Worker is remembered; nullptr: it is not known.
const Json* known_part(const LiveWorker& worker, std::string_view part);

/// Whether two ids mean the same version. The service uses a UUID; the answer to an upload has the same digits without
/// dashes.
bool same_version(std::string left, std::string right);

/// What is attested of the active version: by its annotation (in the settings or the version that
/// was read), by the memory of a clean Worker whose settings do not contradict it, or by content
/// that was read back (then only `modules` is known and `secrets` is `?`). Unknown if more must be
/// read; absent if nothing attests it.
Known<Attestation> known_attestation(const LiveWorker& worker);

/// The author of the active version, from the same sources; nothing if it is unknown, or if nobody wrote an author.
std::optional<Author> known_author(const LiveWorker& worker);

/// Whether the active version, as far as it is known, differs from the remembered one.
bool is_version_unremembered(const LiveWorker& worker);

/// The newest version, which is not always the active one; nullptr: it is not known.
const Version* newest_version(const LiveWorker& worker);

/// The active version among those that were read; nullptr: it is not known.
const Version* active_version(const LiveWorker& worker);

/// The newest version with our attestation among those that are not newer than the active one: what was so before
/// somebody made the active one. nullptr: none is known.
const Version* base_version(const LiveWorker& worker);

/// The one version that is active, as far as it is known. What is not known is empty: all of it where a deployment is
/// split.
struct ActiveVersion {
  std::string id{};        ///< as the service sends it, with or without dashes
  std::string since{};     ///< when it became active: RFC 3339, as the service sends it
  std::string revision{};  ///< it was made from that: `main@sha1:<40 hex>`

  friend bool operator==(const ActiveVersion&, const ActiveVersion&) = default;
};
ActiveVersion known_active(const LiveWorker& worker);

/// Who made the active version, from whatever read tells of it; empty: nothing does.
VersionMaker maker_of_active(const LiveWorker& worker);

/// Whether the active version bears our attestation and is what the settings show, so that all of that is what some
/// manifest asked for.
bool is_attested(const LiveWorker& worker);

/// Whether what is known of the active version is what the settings say, which may be those of a newer version: nobody
/// has looked at the deployment.
bool rests_on_settings(const LiveWorker& worker);

/// Whether only a version older than the newest is active: somebody rolled back.
bool is_rolled_back(const LiveWorker& worker);

/// Whether the newest version, as far as is known, is not the active one: a rollback, a rollout, or an upload that was
/// not deployed. The service then refuses to change settings (10214), but accepts an upload.
bool newest_is_not_active(const LiveWorker& worker);

/// `secrets` and `unseen` of an attestation that was made from content read back.
inline constexpr std::string_view kUnattested = "?";

}  // namespace plumbline::reconciler
