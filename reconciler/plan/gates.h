#pragma once

#include <map>
#include <optional>

#include "manifests/worker.h"
#include "reconciler/model/live.h"
#include "reconciler/model/plan.h"
#include "reconciler/model/policy.h"
#include "reconciler/model/target.h"

/// What may not be done, however much the diff asks for it. Pure; every gate has its own reason and
/// says how it is opened.
namespace plumbline::reconciler {

/// Whether a Worker without a manifest would be deleted, if no other gate stands before it.
bool may_be_pruned(const LiveWorker& live, const Policy& policy);

/// Why this live Worker is not ours to write; nothing if it is ours or may be adopted.
std::optional<Block> ownership_block(const Target& target, const LiveWorker& live, const Policy& policy);

/// Why a Worker that nobody has claimed yet is made by nobody: another source names it as well, and which of the two is
/// meant is for people to say. One that is ours already stays ours, and the other source is told by ownership_block().
std::optional<Block> contested_block(const Target& target, const LiveWorker* live, const Policy& policy);

/// Whether a Worker without an ownership tag that nobody released has lost it: the journal knows the very script (the
/// service never changes its `tag`) as one that we applied, or its version attests secrets under our key. Whoever took
/// the tag away changed what is ours, which is drift.
bool has_lost_tag(const Target& target, const LiveWorker& live);

/// Whether its settings would have to be read to know that.
bool may_have_lost_tag(const Target& target, const LiveWorker& live);

/// Whether writing `live` would adopt it.
bool is_adoption(const Target& target, const LiveWorker& live, const Policy& policy);

/// A deployment over two versions is somebody's gradual rollout, an older version made active again somebody's
/// rollback: neither is run over until the manifest asks for something new.
std::optional<Block> rollout_block(const Target& target, const LiveWorker& live);

/// Drift that comes back each time it is healed is left alone after a while: PerpetualDiff where the same difference is
/// there again although the active version is still our own, Flapping where the Worker was put right kMostMendings
/// times in half an hour.
std::optional<Block> mending_block(const WorkerChange& change, const LiveWorker& live, TimePoint now);

/// The same for times of mending alone: Flapping.
std::optional<Block> flapping_block(const std::vector<TimePoint>& mended, TimePoint now);

/// Whether the last of them still counts for that.
bool is_recent(const std::vector<TimePoint>& mended, TimePoint now);

/// The zones that a source may write.
std::optional<Block> zone_block(const ExposureChange& exposure, const Policy& policy);

/// The names that a source may write.
std::optional<Block> allow_block(const std::string& name, const Policy& policy);

/// Gates of deletes: names that the source may not write, an unreadable or empty source, data loss. Sets the blocks of
/// deletes.
void gate_deletes(Plan& plan, const manifests::DesiredState& desired, const Policy& policy);

/// How many things of each kind are the source's, of which too many may be about to go.
struct Owned {
  std::size_t workers = 0;
  std::map<ExposureChange::Type, std::size_t> exposure{};
  std::size_t consumers = 0;
  std::size_t filters = 0;
};

/// The gate that the plan's digest lifts, and which is therefore no part of it: too many deletes of one kind. What goes
/// with its Worker does not count again.
void bound_deletes(Plan& plan, const Policy& policy, const Owned& owned);

}  // namespace plumbline::reconciler
