#include <ostream>

#include "base/version.h"
#include "daemon/commands/commands.h"
#include "daemon/exit_code.h"

namespace plumbline::daemon {

int run_version(const Console& console) {
  // Versions of the libraries at build time; their headers belong to other folders.
  console.out << "plumbline " << version() << '\n' << PLUMBLINE_LIBRARIES;
  return exit_code::kSuccess;
}

}  // namespace plumbline::daemon
