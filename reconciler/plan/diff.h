#pragma once

#include <optional>
#include <vector>

#include "reconciler/parts/part.h"

namespace plumbline::reconciler {

/// Differences between a live Worker and its manifest: what its parts tell, in their order.
struct WorkerDiff {
  std::vector<PartDiff> parts;      ///< of those that have something to tell
  std::vector<ChangeLine> dropped;  ///< what the manifest no longer manages

  /// Nothing has to be done.
  [[nodiscard]] bool empty() const;
  /// The least write that brings all of it.
  [[nodiscard]] Write write() const;
  /// Nothing but new values of secrets that are there already.
  [[nodiscard]] bool is_only_rotation() const;
  /// For a person, with what is dropped or kept.
  [[nodiscard]] std::vector<ChangeLine> lines() const;
  [[nodiscard]] std::vector<Ended> ends() const;
  /// Why the Worker cannot be written at all.
  [[nodiscard]] std::optional<Block> block() const;
  /// What might end and nobody could read.
  [[nodiscard]] std::optional<Block> unread_ends() const;
  /// What a part has to do; nullptr if that is nothing.
  [[nodiscard]] const PartDiff* of(const Part& part) const;
};

/// Of each target of a plan, in their order; nothing: not made.
using Diffs = std::vector<std::optional<WorkerDiff>>;

/// `subject` has a target. What is unknown of its live Worker must have been read before (see missing()), or it counts
/// as different.
WorkerDiff diff_worker(const Subject& subject);

/// What goes with a Worker that is deleted; `subject` has no target.
WorkerDiff diff_of_delete(const Subject& subject);

}  // namespace plumbline::reconciler
