#pragma once

#include <memory>
#include <vector>

#include "base/diagnostic.h"
#include "base/result.h"
#include "daemon/commands/command_line.h"
#include "daemon/config/config.h"
#include "daemon/config/environment.h"
#include "manifests/worker.h"

namespace plumbline::daemon {

/// A source for commands that only read. Everything that manifests may state is accepted, whether or not this version
/// can apply it.
struct ReadSource {
  SourceConfig source;
  std::shared_ptr<const manifests::DesiredState> desired;
};

/// Why there is nothing to read, and the exit code of the process.
struct Unreadable {
  std::vector<Diagnostic> diagnostics;
  int exit_code = 0;
};

/// Selects the source, fetches it, and reads its manifests. No credentials of an account are needed. Problems in
/// manifests are in the state's diagnostics. Blocks.
Result<ReadSource, Unreadable> read_source(const SelectOptions& options, const Environment& environment);

}  // namespace plumbline::daemon
