#pragma once

#include <string_view>

namespace plumbline {

/// The program's version, `0.1.0`. Only version.cpp is compiled with it, so that a new version recompiles nothing else.
std::string_view version();

}  // namespace plumbline
