#pragma once

#include <cstddef>
#include <string>

#include "base/result.h"

namespace plumbline::daemon {

/// The bytes of a regular file, at most `cap` of them; more is an error. The error says why (`No
/// such file or directory`) without the path, and never holds the file's bytes.
Result<std::string> read_file(const std::string& path, std::size_t cap);

}  // namespace plumbline::daemon
