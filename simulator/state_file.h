#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace plumbline::simulator {

/// The whole of a regular file, at most 1 GiB.
Result<std::string> read_file(const std::string& path);

/// Writes beside and renames, so that a reader sees the old text or the new one and never half of
/// one. Readable for its owner alone.
Result<void> write_state_file(const std::string& path, std::string_view text);

}  // namespace plumbline::simulator
