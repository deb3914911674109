#pragma once

#include <string>

#include "simulator/faults.h"

namespace plumbline::simulator {

/// Whether a fault changes what a list holds.
bool strikes_lists(FaultKind kind);

/// The body of an answer as such a fault leaves it. The list is the result, or the first list in it. A body without
/// one, or whose list does not hold the entry, stays as it is.
std::string with_list_fault(const Fault& fault, std::string body);

}  // namespace plumbline::simulator
