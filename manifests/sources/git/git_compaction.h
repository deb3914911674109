#pragma once

#include <chrono>
#include <string>

#include "base/result.h"

namespace plumbline::manifests {

/// Makes a mirror small again. A new mirror with few packs and the same references is made beside it and takes its
/// place; readers of the old one go on with it. If this fails, passes `deadline` or is killed, the mirror stays as it
/// was. Only with the mirror's lock, in the child of a fetch.
///
/// Small packs and loose objects become one pack; large packs stay as they are. If all of them become one pack, objects
/// that no reference reaches are dropped.
Result<void> compact_mirror(const std::string& mirror, std::chrono::steady_clock::time_point deadline);

}  // namespace plumbline::manifests
