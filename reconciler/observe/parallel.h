#pragma once

#include <vector>

#include "net/awaitable.h"

namespace plumbline::reconciler {

/// Runs all tasks interleaved on the caller's executor, and waits until all have ended. Then the first exception is
/// thrown again.
net::Awaitable<> all_of(std::vector<net::Awaitable<>> tasks);

}  // namespace plumbline::reconciler
