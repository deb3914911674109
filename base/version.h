#pragma once

#include <string_view>

namespace plumbline {

/// Of the program: `0.1.0`. Told to one file, so that a new version compiles no other.
std::string_view version();

}  // namespace plumbline
