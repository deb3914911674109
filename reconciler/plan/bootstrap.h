#pragma once

#include <set>
#include <string>
#include <vector>

#include "reconciler/parts/part.h"

namespace plumbline::reconciler {

/// The calls that make a Worker of a circle: an upload without what refers to `others`, which are not there yet, and
/// without secrets, then what is left to do.
std::vector<PlannedCall> bootstrap_calls(const Target& target, const std::set<std::string>& others,
                                         const AccountView& account, const std::string& revision);

}  // namespace plumbline::reconciler
