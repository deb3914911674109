#pragma once

#include <chrono>

namespace plumbline::reconciler {

using TimePoint = std::chrono::system_clock::time_point;

}  // namespace plumbline::reconciler
