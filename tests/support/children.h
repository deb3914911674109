#pragma once

#include <string>

#include "base/child.h"
#include "base/result.h"

namespace plumbline::testing {

/// Runs a child process by the real net::Children, and waits for it here.
Result<ChildEnd> run_child_to_end(ChildCommand command);

/// The same; what it wrote to standard output. Another exit code than 0 is an error as well.
Result<std::string> run_child(ChildCommand command);

}  // namespace plumbline::testing
