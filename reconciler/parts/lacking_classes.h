#pragma once

#include <optional>
#include <vector>

#include "base/diagnostic.h"
#include "reconciler/model/live.h"
#include "reconciler/model/plan.h"
#include "reconciler/model/target.h"

/// Durable Object classes of a live Worker that its manifest counts on, and that are not there. The service makes the
/// classes of a migration once and looks at its tag alone ever after: one that is added to a migration that is applied
/// is never made. Pure.
namespace plumbline::reconciler {

/// Whether only the account's list of classes tells if all are there. `live` may be null.
bool may_lack_classes(const Target& target, const LiveWorker* live);

/// Why an upload would be refused (10061): the manifest binds a class that is not there and that no pending migration
/// makes. Nothing as long as the list is not read.
std::optional<Block> lacking_class_block(const Target& target, const LiveWorker& live, const LiveState& all);

/// A warning for each class that is lacking, that a migration names, and that the manifest does not bind.
std::vector<Diagnostic> lacking_class_notes(const Target& target, const LiveWorker& live, const LiveState& all);

}  // namespace plumbline::reconciler
