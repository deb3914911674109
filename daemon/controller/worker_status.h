#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "daemon/controller/pass.h"
#include "daemon/telemetry/status_names.h"

/// What a pass says of each Worker. Pure.
namespace plumbline::daemon {

/// Whether a part of the Worker or of its exposure could not be read.
bool is_unread(const reconciler::WorkerChange& change);

/// Whether it is a Worker of ours without a manifest that is left alone, and that nothing but other sources of the
/// account keeps from being deleted: not one with `prune: false`.
bool is_leftover(const reconciler::WorkerChange& change);

/// What the deletes of a pass wait for. Only valid if `deletes_wait_for` is set.
std::string wait_of(const PassReport& report);

/// Every Worker after the apply: first those that the plan knows, including those with a broken manifest and those that
/// wait to be deleted; then every ZoneWorker, under its address (`zone_worker.example.com`), which cannot be the name
/// of a Worker.
std::vector<WorkerStatus> worker_statuses(const PassReport& report);

/// Appends an entry of `workers` in /api/v1/status. What is not known, or is not so, is null.
void append_json(std::string& out, const WorkerStatus& status);

/// As RFC 3339.
Json time_or_null(const std::optional<TimePoint>& time);

}  // namespace plumbline::daemon
