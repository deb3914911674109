#pragma once

#include <cstddef>
#include <string>

#include "base/result.h"

namespace plumbline::daemon {

/// The content of a regular file; an error if it has more than `cap` bytes. The error says why (`No such file or
/// directory`), without the path, and never holds the file's bytes. Blocks.
Result<std::string> read_file(const std::string& path, std::size_t cap);

}  // namespace plumbline::daemon
