#include <ostream>

#include "base/version.h"
#include "daemon/commands/commands.h"
#include "daemon/exit_code.h"

namespace plumbline::daemon {

int run_version(const Console& console) {
  // Versions that this was built with; their headers stand in other folders.
  console.out << "plumbline " << version() << '\n' << PLUMBLINE_LIBRARIES;
  return exit_code::kSuccess;
}

}  // namespace plumbline::daemon
