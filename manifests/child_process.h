#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace plumbline::manifests {

struct ChildCommand {
  std::string program;
  std::vector<std::string> arguments;  ///< without the program itself
  std::string_view input;              ///< what the child reads from standard input
  std::size_t max_output = 0;          ///< of standard output; more ends the child
  std::chrono::milliseconds deadline{};
};

/// Runs a child process to its end and returns what it wrote to standard output; an error if it was
/// not over at the deadline (then it is killed) or did not exit with 0. It inherits no descriptor
/// and no environment; its standard error goes nowhere. Blocks.
Result<std::string> run_child(const ChildCommand& command);

}  // namespace plumbline::manifests
