#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "base/descriptor.h"
#include "base/secret.h"

/// A child process as values: what to run, and what came of it. Who knows what is to be run does not wait for it, and
/// who waits (`net/children.h`) does not know what it is for.
namespace plumbline {

struct ChildCommand {
  std::string program;                 ///< a path; nothing is looked up
  std::vector<std::string> arguments;  ///< without the program itself
  Secret input;                        ///< what the child reads from standard input; it may hold credentials
  std::size_t max_output = 0;          ///< bytes of standard output; more ends the child
  std::chrono::milliseconds deadline{};
  /// Files that the child has open from descriptor 3 on, in this order; it can name them `/proc/self/fd/3`.
  std::vector<Descriptor> files;
};

struct ChildEnd {
  int exit_code = 0;
  std::string output;
};

}  // namespace plumbline
