#pragma once

#include <string>
#include <vector>

#include "reconciler/model/live.h"
#include "reconciler/model/policy.h"
#include "reconciler/model/target.h"

namespace plumbline::reconciler {

/// A read that a decision on routes or custom domains needs.
struct ZoneRead {
  enum class Kind {
    zone,     ///< its id, by its name
    routes,   ///< all of one zone
    script,   ///< of a ZoneWorker
    filters,  ///< of a ZoneWorker
    domains,  ///< all of the account
  };
  Kind kind = Kind::domains;
  std::string subject;  ///< name of the zone, id of the zone; empty for domains

  friend auto operator<=>(const ZoneRead&, const ZoneRead&) = default;
};

/// The zones in scope, by id, as far as their ids are known: those that the manifests' routes lie in, and those of
/// ZoneWorkers and of LiveZones::scope that the source may use.
std::set<std::string> zones_in_scope(const TargetList& targets, const manifests::DesiredState& desired,
                                     const LiveZones& live, const Policy& policy);

/// Names the reads that are still needed, those that can be made at the same time. Pure; called again after each round
/// until it names none. Nothing is read unless a manifest manages routes (or domains), or a Worker is to be deleted:
///   - one list of routes for each zone in scope,
///   - one list of domains,
///   - script and filters of the zones of ZoneWorkers, each by one call, as far as they are stated; and the routes of
///   such a zone where a filter is to be switched or deleted (see touches_filters()),
///   - the id of a zone where nothing remembers it; and again where the zone of the remembered id refuses: it may have
///   been made anew.
std::vector<ZoneRead> missing_zones(const TargetList& targets, const manifests::DesiredState& desired,
                                    const LiveState& live, const Policy& policy);

}  // namespace plumbline::reconciler
