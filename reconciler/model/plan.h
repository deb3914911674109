#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "base/json.h"
#include "manifests/worker.h"
#include "reconciler/model/change_line.h"
#include "reconciler/model/live.h"
#include "reconciler/model/ownership.h"
#include "reconciler/model/planned_call.h"
#include "reconciler/model/policy.h"
#include "reconciler/model/reason.h"
#include "reconciler/model/target.h"

namespace plumbline::reconciler {

enum class Action { no_op, create, update, remove, forget };

/// Why an action is not carried out, and what would allow it.
struct Block {
  Reason reason = Reason::ownership_conflict;
  std::string message;        ///< what stands in the way
  std::string override_with;  ///< how to do it all the same, exactly; may be empty
  /// For DependencyNotReady: why the other Worker is blocked; nothing: it does not exist.
  std::optional<Reason> because = {};
  /// Addresses of the Workers that have to change before it goes on by itself: `worker.auth`.
  std::vector<std::string> waits_for = {};

  friend bool operator==(const Block&, const Block&) = default;
};

/// Data, or work in progress, that a change ends. One gate checks all of these (ends.h).
struct Ended {
  enum class Kind { durable_object_class, workflow, queue_consumer };
  /// What ends it.
  enum class Road {
    migration,           ///< `deleted_classes`
    export_deleted,      ///< `state: deleted`, or an unknown state
    export_omitted,      ///< `exports` names other classes but not this one
    export_transferred,  ///< to a Worker that does not state that it expects the class
    export_occupied,     ///< another class is renamed to this name
    left_out,            ///< it is left out of a list: `queue_consumers`
    worker_deleted,
  };
  Kind kind = Kind::durable_object_class;
  Road road = Road::worker_deleted;
  std::string name;  ///< of the class, workflow or queue; empty: unknown classes, of which some exist
  std::string by;    ///< migration tag, Worker that gets the class, class that gets the name; otherwise empty

  friend bool operator==(const Ended&, const Ended&) = default;
};

/// A change to one part of the exposure of a Worker. It belongs to the Worker that it leads to: the one that a manifest
/// asks for, or else the one that it has led to so far.
struct ExposureChange {
  enum class Type { route, domain };
  Type type = Type::route;
  std::string name;  ///< pattern or hostname
  std::string key;   ///< key in LiveZones::memory; empty while the zone is unknown
  std::string file;  ///< manifest that asks for it; may be empty
  Action action = Action::no_op;
  bool importing = false;  ///< taken over from a Worker that is not ours, or from no Worker
  bool drift = false;      ///< the manifest asks for what was applied before
  bool unread = false;     ///< the live state could not be read in this pass
  std::string detail;      ///< one phrase: `old -> checkout`
  std::string as_drift;    ///< the same from what was applied last; empty unless it is drift
  JsonObject before;       ///< {pattern, script, zone_id} or {hostname, service}; empty: it does not exist
  JsonObject after_state;  ///< the state after the change
  std::string id;          ///< the service's id; empty: it does not exist
  std::string worker;      ///< the Worker that it leads to afterwards; empty: it is removed
  std::string zone_id;     ///< empty unless the service showed it
  std::string zone_name;   ///< as far as known
  std::optional<PlannedCall> call;
  std::optional<Block> block;  ///< if set, the call is not made

  [[nodiscard]] bool writes() const { return call && !block; }
};

/// `route`, `domain`
std::string_view word_of(ExposureChange::Type type);

/// `route.shop.example.com/*`, `domain.shop.example.com`
std::string address_of(ExposureChange::Type type, const std::string& name);
std::string address_of(const ExposureChange& exposure);

/// A version of one of our Workers that another process with the same owner has made: a second daemon, or an apply
/// elsewhere.
struct OthersVersion {
  Author author;
  std::string made_on;  ///< RFC 3339, as the service sends it; may be empty

  friend bool operator==(const OthersVersion&, const OthersVersion&) = default;
};

/// A change to one Worker.
struct WorkerChange {
  std::string name;
  std::string file;  ///< its manifest; empty if it has none
  Action action = Action::no_op;
  bool importing = false;          ///< this change adopts the Worker
  bool only_rotation = false;      ///< the change only gives new values to existing secrets
  Origin origin = Origin::intent;  ///< of all its lines together
  VersionMaker edit{};     ///< where some of it is drift: who made the active version, as far as the service tells
  bool reapplied = false;  ///< the manifest asks for what our journal applied before
  std::optional<OthersVersion> others;  ///< the version that the change would replace
  std::string reason;                   ///< one phrase: `no manifest; owned by edge/production`
  std::vector<ChangeLine> lines;
  /// Of a Worker that is blocked because it is not ours: what an apply would change after its adoption, as far as it
  /// was read, which is done for people alone.
  std::vector<ChangeLine> once_adopted;
  std::vector<PlannedCall> calls;
  std::vector<Ended> ends;               ///< data and work that the calls would end
  std::optional<Block> block;            ///< if set, the calls are not made
  bool deferred = false;                 ///< it was left to the audit, so that nothing is known of what differs
  std::vector<ExposureChange> exposure;  ///< written after the Worker, but before the Worker is deleted
  /// Addresses of what must come before this change: Workers of this plan, and routes and domains that must first lead
  /// elsewhere.
  std::vector<std::string> after;
  /// The entries of `after` that must succeed (waits.h). A Worker that is live already is not among them: it exists,
  /// whatever happens to its change.
  std::vector<std::string> needs;
  std::vector<std::string> losers;  ///< other Workers that lose something to it, and go on with it until then
  /// New Workers that bind each other in a circle: the first upload makes this one without what it binds of them,
  /// before all others, who then find it; the rest of its calls wait for those in `after`.
  bool bootstrap = false;
  std::shared_ptr<const Target> target;    ///< null for deletes
  std::shared_ptr<const LiveWorker> live;  ///< the live Worker at the time of planning; null if it did not exist
  /// When the read began that proved that the Worker does not exist; the minimum if no read has proved it.
  TimePoint absent_at{};
  PartValues parts_after{};  ///< what is so of its parts once all calls have succeeded, as far as that is known

  [[nodiscard]] bool writes() const { return !calls.empty() && !block; }
  [[nodiscard]] bool writes_exposure() const;
  /// How many calls come before all others: those up to the first upload.
  [[nodiscard]] std::size_t bootstrap_calls() const;
};

/// `worker.checkout`
std::string worker_address(std::string_view name);
std::string address_of(const WorkerChange& change);

/// A change to the zone-level script of an old account, and to its filters.
struct ZoneWorkerChange {
  std::string zone;     ///< as the manifest writes it
  std::string zone_id;  ///< empty while it is unknown
  std::string file;
  Action action = Action::no_op;
  bool importing = false;  ///< always false: there is no owner from whom it could be taken over
  bool drift = false;      ///< the manifest asks for what was applied before
  bool unread = false;     ///< the live state could not be read in this pass
  std::vector<ChangeLine> lines;
  std::vector<PlannedCall> calls;
  std::optional<Block> block;  ///< if set, the calls are not made
  JsonObject before;
  JsonObject after_state;
  /// What to remember after success, by key in LiveZones::memory; an empty value removes the entry.
  std::map<std::string, std::optional<ExposureMemory>> memory;

  [[nodiscard]] bool writes() const { return !calls.empty() && !block; }
};

/// `zone_worker.example.com`
std::string address_of(const ZoneWorkerChange& change);

/// A Worker whose manifest has an error; it is left unchanged.
struct BrokenWorker {
  std::string name;
  std::shared_ptr<const LiveWorker> live{};  ///< null if it does not exist
};

struct PlanSummary {
  std::size_t add = 0;
  std::size_t change = 0;
  std::size_t destroy = 0;
  std::size_t import = 0;
  std::size_t unchanged = 0;
  std::size_t api_calls = 0;      ///< planned calls; a session of assets may need further uploads
  std::size_t asset_uploads = 0;  ///< an upper bound
  double seconds = 0;             ///< calls divided by the configured rate; an estimate, not a measurement
};

struct Plan {
  std::string account;
  Owner owner;  ///< whose plan it is
  std::string environment;
  Prune policy = Prune::upsert_only;
  std::string revision;
  bool complete = true;               ///< false with --only, or if a read failed
  bool errored = false;               ///< a manifest or a read has errors
  std::vector<WorkerChange> workers;  ///< in the order of apply: creates and updates by dependency, then deletes
  std::vector<ZoneWorkerChange> zone_workers;
  std::vector<BrokenWorker> broken;
  std::vector<Diagnostic> diagnostics;
  PlanSummary summary;
  /// Workers that need nothing and whose settings alone say so: whether an older version was made active again is not
  /// known of them.
  std::size_t rollbacks_not_looked_for = 0;
  std::size_t deferred = 0;  ///< Workers that were left to the audit
  /// Nothing has moved since the last plan of the same PassMemory, which still stands: this one has only observed_at.
  bool unchanged = false;
  std::string digest;  ///< `sha256:<64 hex>`
  /// The part of the digest that each change makes, by address; only of what changes. What an approval covers.
  std::map<std::string, std::string> change_digests;
  TimePoint observed_at;  ///< when the account was read
  /// The account as it was read, with what belongs to others too; null only in a plan that is `unchanged`.
  std::shared_ptr<const LiveState> observed;

  [[nodiscard]] bool has_changes() const;  ///< whether there is anything but no-ops; blocked changes count
  [[nodiscard]] bool has_writes() const;   ///< whether an apply would do anything
  [[nodiscard]] bool has_blocks() const;
};

/// One block of a plan, with the address that it is about.
struct AddressedBlock {
  std::string address;  ///< `worker.checkout`, `route.shop.example.com/*`
  const Block* block = nullptr;
  bool drift = false;    ///< what is held back is known to be drift alone
  std::string worker{};  ///< address of the Worker that a route or domain leads to; empty: it is about `address` itself
};
/// All blocks, in the order of the plan's text. They point into `plan`.
std::vector<AddressedBlock> blocks_of(const Plan& plan);

}  // namespace plumbline::reconciler
