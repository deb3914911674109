#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace plumbline::simulator {

/// The content of a regular file; an error if it has more than 1 GiB. The error says why it cannot be read. Blocks.
Result<std::string> read_file(const std::string& path);

/// Writes a file beside `path`, then renames it, so that a reader sees either the old text or the new one. Only the
/// owner may read it. Blocks.
Result<void> write_state_file(const std::string& path, std::string_view text);

}  // namespace plumbline::simulator
