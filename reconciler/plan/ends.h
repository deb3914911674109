#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reconciler/model/plan.h"
#include "reconciler/model/policy.h"
#include "reconciler/model/target.h"

/// What a plan ends that nobody can bring back: the data of a Durable Object class, the instances of a workflow, the
/// consumer without which a queue's messages are lost after some days. The parts of a Worker name it, whatever the road
/// to the end; one gate reads the list.
namespace plumbline::reconciler {

/// `! deletes Durable Object class Cart`; nothing for consumers, which have lines of their own.
std::vector<ChangeLine> end_lines(const std::vector<Ended>& ends);

/// The gate. A way through are the Worker's name in `allow_data_loss` of the source, and in that of its manifest
/// (`target`, null for a delete) the name of what ends or the tag of the migration that ends it.
std::optional<Block> data_loss_block(const std::string& worker, const std::vector<Ended>& ends, const Target* target,
                                     const Policy& policy);

}  // namespace plumbline::reconciler
