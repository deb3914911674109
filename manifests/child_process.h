#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace plumbline::manifests {

struct ChildCommand {
  std::string program;                 ///< a path; nothing is looked up
  std::vector<std::string> arguments;  ///< without the program itself
  std::string_view input;              ///< what the child reads from standard input
  std::size_t max_output = 0;          ///< of standard output; more ends the child
  std::chrono::milliseconds deadline{};
  /// Files that the child has open from descriptor 3 on, in this order; it can name them
  /// `/proc/self/fd/3`. They stay the caller's.
  std::vector<int> files;
};

struct ChildEnd {
  int exit_code = 0;
  std::string output;
};

/// Runs a child process to its end; an error if it was not over at the deadline (then it is killed) or
/// was ended by a signal. It inherits no other descriptor and no environment; its standard error goes
/// nowhere. Blocks.
Result<ChildEnd> run_child_to_end(const ChildCommand& command);

/// The same, with another exit code than 0 as an error as well; what it wrote to standard output.
Result<std::string> run_child(const ChildCommand& command);

}  // namespace plumbline::manifests
