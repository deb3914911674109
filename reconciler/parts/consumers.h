#pragma once

#include <optional>
#include <string>

#include "base/json.h"
#include "reconciler/model/live.h"

/// What the account's list of queues tells of their consumers.
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

}  // namespace plumbline::reconciler
