#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace plumbline::daemon {

/// Replaces the file at `path` (mode 0600) in one step that survives a power cut: its old bytes stay until the new ones
/// are on the disk. The error says which step failed, and why. Blocks.
Result<void> write_durably(const std::string& path, std::string_view bytes);

}  // namespace plumbline::daemon
