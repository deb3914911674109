#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "base/descriptor.h"
#include "base/secret.h"

/// A child process as values: what to run, and how it ended. The code that decides what to run does not wait for it,
/// and the code that waits (`net/children.h`) does not know what it is for.
namespace plumbline {

struct ChildCommand {
  std::string program;                 ///< a path; PATH is not searched
  std::vector<std::string> arguments;  ///< without the program itself
  Secret input;                        ///< what the child reads from standard input; it may hold credentials
  std::size_t max_output = 0;          ///< bytes of standard output; a child that writes more is killed
  /// Time for the whole run; a child that is not done by then is killed.
  std::chrono::milliseconds deadline{};
  /// Files that the child has open from descriptor 3 on, in this order; it can name the first one `/proc/self/fd/3`.
  std::vector<Descriptor> files;
};

/// How a child ended, and what it wrote to standard output.
struct ChildEnd {
  int exit_code = 0;
  std::string output;
};

}  // namespace plumbline
