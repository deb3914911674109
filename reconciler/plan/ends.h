#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reconciler/model/plan.h"
#include "reconciler/model/plan_input.h"
#include "reconciler/plan/diff.h"

/// What a plan ends that nobody can bring back: the data of a Durable Object class, the instances of a workflow, the
/// consumer without which a queue's messages are lost after some days. Whatever the road to the end, it is named here,
/// and one gate reads the list. Pure.
///
/// Which classes exist is told by the account's list of Durable Object namespaces; the `exports` that the list of
/// Workers shows and bindings to own classes only add to it, so that one entry that is missing once ends nothing.
namespace plumbline::reconciler {

/// Whether a write of the Worker (null: a new one) might end a class, so that those that exist have to be read.
bool may_end_classes(const Target& target, const LiveWorker* live);

/// Whether a change that is pending makes or gets the class `name`, which the live Worker is not seen to have.
bool brings_class(const Target& target, const LiveWorker& live, const LiveState& all, const std::string& name);

/// What the calls that `diff` leads to would end.
std::vector<Ended> ends_of(const Target& target, const LiveWorker* live, const WorkerDiff& diff,
                           const PlanInput& input);

/// What goes with a Worker that is deleted, but for what other manifests take over from it before.
std::vector<Ended> ends_of_delete(const LiveWorker& live, const PlanInput& input);

/// `! deletes Durable Object class Cart`; nothing for consumers, which have lines of their own.
std::vector<ChangeLine> end_lines(const std::vector<Ended>& ends);

/// The gate. A way through are the Worker's name in `allow_data_loss` of the source, and in that of its manifest
/// (`target`, null for a delete) the name of what ends or the tag of the migration that ends it.
std::optional<Block> data_loss_block(const std::string& worker, const std::vector<Ended>& ends, const Target* target,
                                     const Policy& policy);

/// What may end could not be read, and nothing is ended on a guess: ReadFailed. For a write of `target`.
std::optional<Block> unread_ends_block(const Target& target, const LiveWorker* live, const PlanInput& input);

/// The same for a delete.
std::optional<Block> unread_ends_block(const std::string& worker, const PlanInput& input);

/// A class of the Worker that another manifest's migration takes over: the delete waits until it is seen there.
std::optional<Block> taken_class_block(const LiveWorker& live, const PlanInput& input);

}  // namespace plumbline::reconciler
