#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reconciler/model/live.h"
#include "reconciler/model/plan.h"
#include "reconciler/model/policy.h"
#include "reconciler/model/target.h"
#include "reconciler/plan/diff.h"

/// Queue consumers, a part of the Worker that consumes. A queue has one consumer. Pure.
///
/// A consumer that goes is deleted before its Worker is written, because a Worker without a `queue` handler may not be
/// a consumer; a new one is made after. One that moves between Workers of ours is deleted and made again by the Worker
/// that takes it, right after each other: messages wait in the queue meanwhile, and whoever finds the queue without a
/// consumer makes it.
namespace plumbline::reconciler {

/// Why a list of queues cannot be read: a consumer in it that does not tell who it is. Nothing if it can.
std::optional<std::string> unreadable_queue(const JsonArray& list);

/// What GET …/queues lists, consumers and all. Of several queues of one name the first bears it.
Queues queues_of(const JsonArray& list);

/// The Worker of a consumer as the service tells it; empty: whoever pulls over HTTP.
std::string consumer_worker(const Json& consumer);

/// Notes the queues of an account, and at each Worker which of them it consumes.
void set_queues(LiveState& live, Queues queues);

/// By queue, as the manifest writes them: `{batch_size, …, dead_letter_queue}`; empty where none are managed.
Triggers desired_consumers(const Target& target);

/// The same of a live Worker: as read, else as a clean one is remembered.
Known<Triggers> known_consumers(const LiveWorker& worker);

/// Whether the account's queues have to be read to decide on this Worker, which may be null.
bool needs_queues(const Target& target, const LiveWorker* worker);

/// Fills in what the triggers of `targets` need to know of the queues, if those were read.
void resolve_consumers(std::vector<Target>& targets, const LiveState& live, const Policy& policy);

/// A queue that does not exist, or that somebody else consumes; `worker` may be null.
std::optional<Block> consumer_block(const Target& target, const LiveWorker* worker, const LiveState& live);

void diff_consumers(const Target& target, const LiveWorker* worker, WorkerDiff& diff);

/// Puts the calls into their places among those of the Worker.
void add_consumer_calls(const Target& target, const LiveWorker* worker, const WorkerDiff& diff,
                        std::vector<PlannedCall>& calls);

/// Queues that a Worker consumes and that no manifest of `targets` takes over from it.
std::vector<std::string> consumers_left(const LiveWorker& worker, const std::vector<Target>& targets);

/// What has to go before a Worker is deleted. What a manifest of `targets` takes over stays until then.
void add_consumer_removals(WorkerChange& change, const std::vector<Target>& targets);

/// What is remembered after the calls of a change.
Triggers consumers_after(const Target& target, const LiveWorker* worker);

/// What is live of what the manifest states; of a consumer that it does not name, that it is there.
Triggers consumers_before(const Target& target, const LiveWorker& worker);

}  // namespace plumbline::reconciler
