#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/secret.h"
#include "manifests/worker.h"
#include "reconciler/apply/secret_values.h"
#include "reconciler/model/policy.h"
#include "reconciler/model/target.h"
#include "reconciler/model/zones.h"
#include "reconciler/plan/missing_zones.h"

namespace plumbline::reconciler {

using Targets = std::shared_ptr<const TargetList>;

/// What the targets of a revision were made from, and the targets. No pointer is null once they are made.
struct PreparedTargets {
  std::shared_ptr<const manifests::DesiredState> desired;
  Secret fingerprint_key;
  SecretTargets secrets;
  Targets targets;  ///< names and ignored parts as the manifests have them
};

/// What the passes of one source leave for the next: what would be computed again from the same, and what shows that
/// nothing has moved. One pass at a time uses it. Losing it costs time.
struct PassMemory {
  PreparedTargets prepared;
  /// Workers that newer revisions have changed and that no pass has read since (ReadLimit::urgent).
  std::set<std::string> urgent;

  /// All that the last plan was made from, if it found nothing to do and nothing to say.
  struct Settled {
    Targets targets;
    std::shared_ptr<const JsonArray> list;
    Policy policy;
    std::uint64_t generation = 0;  ///< Journal::generation()
    std::vector<ZoneRead> zone_reads;
    LiveZones zones;
  };
  std::optional<Settled> settled;
};

}  // namespace plumbline::reconciler
