#pragma once

#include <vector>

#include "net/awaitable.h"

namespace plumbline::reconciler {

/// Runs all tasks interleaved on the caller's executor and waits for the last. The first exception
/// is thrown again once every task has ended.
net::Awaitable<> all_of(std::vector<net::Awaitable<>> tasks);

}  // namespace plumbline::reconciler
