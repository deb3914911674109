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

/// A source as commands see it that only read: everything that manifests may say is taken, whether this
/// version applies it or not.
struct ReadSource {
  SourceConfig source;
  std::shared_ptr<const manifests::DesiredState> desired;
};

/// Why there is nothing to read, and with which code the process ends.
struct Unreadable {
  std::vector<Diagnostic> diagnostics;
  int exit_code = 0;
};

/// Selects the source, fetches it, reads its manifests. Needs no credentials of an account. What is wrong
/// in manifests is in the state's diagnostics.
Result<ReadSource, Unreadable> read_source(const SelectOptions& options, const Environment& environment);

}  // namespace plumbline::daemon
