#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "reconciler/reconcile.h"

/// How the log and the commands say what was done, and what was held back.
namespace plumbline::daemon {

/// What was done to a Worker: `created`, `changed`, `destroyed` or `adopted`.
std::string_view done_word(const reconciler::WorkerResult& result);
std::string_view done_word(const reconciler::AddressedResult& result);

/// Why a change was held back, and how to make it all the same, in one line.
std::string blocked_line(const reconciler::AddressedBlock& blocked);

/// `worker.a`, `worker.a and worker.b`, `worker.a, worker.b and 3 more`. `addresses` is not empty.
std::string listed(const std::vector<std::string>& addresses);

}  // namespace plumbline::daemon
