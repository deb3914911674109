#include <ostream>

#include "base/json.h"
#include "daemon/commands/commands.h"
#include "daemon/exit_code.h"
#include "manifests/kinds/json_schema.h"

namespace plumbline::daemon {

int run_schema(const Console& console) {
  console.out << to_pretty_text(manifests::manifest_schema());
  return exit_code::kSuccess;
}

}  // namespace plumbline::daemon
