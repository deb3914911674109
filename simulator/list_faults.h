#pragma once

#include <string>

#include "simulator/faults.h"

namespace plumbline::simulator {

/// Whether a fault changes the content of a list.
bool strikes_lists(FaultKind kind);

/// The body of an answer, changed by such a fault. The list is the result, or the first list inside it. A body without
/// a list, or whose list lacks the entry, is returned unchanged.
std::string with_list_fault(const Fault& fault, std::string body);

}  // namespace plumbline::simulator
