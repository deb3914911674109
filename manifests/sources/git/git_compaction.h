#pragma once

#include <chrono>
#include <string>

#include "base/result.h"

namespace plumbline::manifests {

/// Makes a mirror small again out of what it holds: a new one beside it, with few packs and the same references, takes
/// its place. Readers of the old one go on with it. If this fails, is cut off at `deadline` or killed, the mirror is as
/// it was. Only with the mirror's lock; in the child of a fetch.
///
/// Small packs and loose objects become one pack; large packs stay the files that they are. Where all of them become
/// one, what no reference reaches any more is left out.
Result<void> compact_mirror(const std::string& mirror, std::chrono::steady_clock::time_point deadline);

}  // namespace plumbline::manifests
