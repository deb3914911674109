#pragma once

#include <memory>

#include "daemon/commands/check_report.h"
#include "daemon/config/config.h"
#include "daemon/controller/source_fetch.h"
#include "manifests/worker.h"
#include "net/awaitable.h"

namespace plumbline::daemon {

struct SourceFindings {
  CheckRows rows;
  std::shared_ptr<const manifests::DesiredState> desired;  ///< null: the source could not be read
};

/// Fetches a source as the daemon does, and looks whether its commit may be applied, its manifests are without errors,
/// and each secret that they name can be read. Both pointers must outlive the call.
net::Awaitable<SourceFindings> check_source(const SourceConfig* source, const Config* config, FetchContext context);

}  // namespace plumbline::daemon
