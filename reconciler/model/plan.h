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

/// Why an action is not carried out.
struct Block {
  Reason reason = Reason::ownership_conflict;
  std::string message;        ///< what stands in the way
  std::string override_with;  ///< the exact way to do it all the same; may be empty
  /// Of DependencyNotReady: the reason for which the other one is stopped; nothing: it is not there.
  std::optional<Reason> because = {};

  friend bool operator==(const Block&, const Block&) = default;
};

/// Data, or work under way, that a change ends: the one gate for that (see ends.h) reads a list of these.
struct Ended {
  enum class Kind { durable_object_class, workflow, queue_consumer };
  /// How it comes to its end.
  enum class Road {
    migration,           ///< `deleted_classes`
    export_deleted,      ///< `state: deleted`, or a state that nobody here knows
    export_omitted,      ///< `exports` names the others
    export_transferred,  ///< to a Worker that does not say that it expects it
    export_occupied,     ///< another class is renamed to its name
    left_out,            ///< of a list: `queue_consumers`
    worker_deleted,
  };
  Kind kind = Kind::durable_object_class;
  Road road = Road::worker_deleted;
  std::string
      name;  ///< of the class, workflow or queue; empty: classes of which nothing is known but that there are some
  std::string by;  ///< migration tag, Worker that the class is handed to, class that takes its name; else empty

  friend bool operator==(const Ended&, const Ended&) = default;
};

/// What happens to something that leads requests to a Worker. It belongs to the Worker that it leads to: to the one
/// that a manifest asks for, else to the one that it has led to so far.
struct ExposureChange {
  enum class Type { route, domain };
  Type type = Type::route;
  std::string name;  ///< pattern, hostname
  std::string key;   ///< in LiveZones::memory; empty as long as its zone is not known
  std::string file;  ///< manifest that asks for it; may be empty
  Action action = Action::no_op;
  bool importing = false;  ///< taken from a Worker that is not ours, or from none
  bool drift = false;      ///< the manifest asks for what was applied before
  bool unread = false;     ///< what is live could not be read this time
  std::string detail;      ///< one phrase: `old -> checkout`
  std::string as_drift;    ///< the same seen from what was applied last; empty unless it is drift
  JsonObject before;       ///< {pattern, script, zone_id} or {hostname, service}; empty: there is none
  JsonObject after_state;  ///< as it will be
  std::string id;          ///< the service's; empty: there is none
  std::string worker;      ///< that it leads to afterwards; empty: it is taken away
  std::string zone_id;     ///< where the service told it
  std::string zone_name;   ///< as far as it is known
  std::optional<PlannedCall> call;
  std::optional<Block> block;  ///< set: the call is not made

  [[nodiscard]] bool writes() const { return call && !block; }
};

/// `route`, `domain`
std::string_view word_of(ExposureChange::Type type);

/// `route.shop.example.com/*`, `domain.shop.example.com`
std::string address_of(ExposureChange::Type type, const std::string& name);
std::string address_of(const ExposureChange& exposure);

/// A version of a Worker of ours that another process of the same owner has made: a second daemon, or an apply
/// elsewhere.
struct OthersVersion {
  Author author;
  std::string made_on;  ///< RFC 3339, as the service writes it; may be empty

  friend bool operator==(const OthersVersion&, const OthersVersion&) = default;
};

/// What happens to one Worker.
struct WorkerChange {
  std::string name;
  std::string file;  ///< manifest; empty for a Worker without one
  Action action = Action::no_op;
  bool importing = false;      ///< adopted by this change
  bool only_rotation = false;  ///< nothing but new values of secrets that are there already
  bool drift = false;          ///< the manifest asks for what was applied before; somebody changed the live Worker
  std::string changed_by;      ///< of drift, as far as the service tells: `dash`, `wrangler`; may be empty
  std::optional<OthersVersion> others;  ///< what the change would replace
  std::string reason;                   ///< one phrase: `no manifest; owned by edge/production`
  std::vector<ChangeLine> lines;
  std::vector<PlannedCall> calls;
  std::vector<Ended> ends;               ///< what the calls would end
  std::optional<Block> block;            ///< set: the calls are not made
  std::vector<ExposureChange> exposure;  ///< written after the Worker, but before it is deleted
  /// What comes before this: Workers of this plan, and addresses of routes and domains that have to lead elsewhere.
  std::vector<std::string> after;
  /// Those of them that must have succeeded (see waits.h): a Worker that is live is there, whatever becomes of its
  /// change.
  std::vector<std::string> needs;
  std::vector<std::string> losers;  ///< other Workers that lose something to it, and go on with it until then
  /// New Workers that bind each other in a circle: the first upload makes this one without what it binds of them,
  /// before all others, who then find it; the rest of its calls wait for those in `after`.
  bool bootstrap = false;
  std::shared_ptr<const Target> target;    ///< null for deletes
  std::shared_ptr<const LiveWorker> live;  ///< as it was when planned; null if there was none
  /// When the read began that proved that there is none; before all times if nothing has.
  TimePoint absent_at{};
  PartValues parts_after{};  ///< what is so of its parts once all calls have succeeded, as far as that is known

  [[nodiscard]] bool writes() const { return !calls.empty() && !block; }
  [[nodiscard]] bool writes_exposure() const;
  /// How many of the calls come before all others: through the first upload.
  [[nodiscard]] std::size_t bootstrap_calls() const;
};

/// What happens to the zone-level script of an old account and to its filters.
struct ZoneWorkerChange {
  std::string zone;     ///< as the manifest names it
  std::string zone_id;  ///< empty as long as it is not known
  std::string file;
  Action action = Action::no_op;
  bool importing = false;  ///< never: there is no owner that it could be taken from
  bool drift = false;      ///< the manifest asks for what was applied before
  bool unread = false;     ///< what is live could not be read this time
  std::vector<ChangeLine> lines;
  std::vector<PlannedCall> calls;
  std::optional<Block> block;  ///< set: the calls are not made
  JsonObject before;
  JsonObject after_state;
  /// What is remembered once it is so, by key in LiveZones::memory; nothing: it stays as it is.
  std::map<std::string, std::optional<ExposureMemory>> memory;

  [[nodiscard]] bool writes() const { return !calls.empty() && !block; }
};

/// `zone_worker.example.com`
std::string address_of(const ZoneWorkerChange& change);

/// A Worker whose manifest has an error: it is left as it is.
struct BrokenWorker {
  std::string name;
  bool is_live = false;
};

struct PlanSummary {
  std::size_t add = 0;
  std::size_t change = 0;
  std::size_t destroy = 0;
  std::size_t import = 0;
  std::size_t unchanged = 0;
  std::size_t api_calls = 0;      ///< planned ones; a session of assets may need uploads beyond them
  std::size_t asset_uploads = 0;  ///< the most that there can be
  double seconds = 0;             ///< calls by the configured rate, not a measurement
};

struct Plan {
  std::string account;
  Owner owner;  ///< whose plan it is
  std::string environment;
  Prune policy = Prune::upsert_only;
  std::string revision;
  bool complete = true;               ///< false under --only, or if a read failed
  bool errored = false;               ///< a manifest or a read has errors
  std::vector<WorkerChange> workers;  ///< in the order of apply: creates and updates by dependency, deletes last
  std::vector<ZoneWorkerChange> zone_workers;
  std::vector<BrokenWorker> broken;
  std::vector<Diagnostic> diagnostics;
  PlanSummary summary;
  std::string digest;     ///< `sha256:<64 hex>`
  TimePoint observed_at;  ///< when the account was read

  [[nodiscard]] bool has_changes() const;  ///< anything but no-ops, blocked changes included
  [[nodiscard]] bool has_writes() const;   ///< anything that an apply would do
  [[nodiscard]] bool has_blocks() const;
};

/// What of a plan is not carried out, in the order of its text.
struct AddressedBlock {
  std::string address;  ///< `worker.checkout`, `route.shop.example.com/*`
  const Block* block = nullptr;
  bool drift = false;
};
std::vector<AddressedBlock> blocks_of(const Plan& plan);

}  // namespace plumbline::reconciler
