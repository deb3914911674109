#pragma once

#include "reconciler/plan/diff.h"

/// Where the differences of a Worker come from: from its manifest, or from somebody who edited the live Worker.
///
/// Versions are immutable and ordered, so for what a version holds no record is needed. If the active version bears our
/// attestation, some manifest asked for all of it: each difference is intent. Otherwise the newest version that bears
/// it is the base. Base against manifest is intent, base against live is drift; a line may be both. What no version
/// holds (settings of the script, subdomain, schedules) has its base in the journal alone: whoever lacks it says
/// unknown.
///
/// An origin changes neither actions nor calls nor the digest of a plan.
namespace plumbline::reconciler {

/// Whether the versions of the Worker have to be read before it can be told where `diff` comes from.
bool needs_versions(const WorkerDiff& diff, const LiveWorker& live);

/// Sets the origin of every line of `diff`. `subject` has a target and a live Worker.
void set_origins(const Subject& subject, WorkerDiff& diff);

/// The origin of all differences among `lines`; intent if there is none.
Origin origin_of(const std::vector<ChangeLine>& lines);

}  // namespace plumbline::reconciler
