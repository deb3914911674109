#pragma once

#include <map>
#include <string>

#include "generate.h"
#include "rig.h"

/// ZoneWorkers of random accounts: scripts of the zones example.com and example.net, whose patterns are not those of
/// routes, and filters that are nobody's or somebody's.
namespace plumbline::property {

/// For a first commit, with their files.
void add_zone_workers(Repository& repository, Random& random);

/// For the next one: some changed, some gone, some new.
void mutate_zone_workers(Repository& repository, Random& random);

/// One ZoneWorker; its script is written into the repository's files. Without filters none are stated.
manifests::DesiredZoneWorker zone_worker_of(Repository& repository, const std::string& zone, const std::string& code,
                                            std::optional<std::vector<manifests::DesiredFilter>> filters);

/// Two commits, small ones: a Worker whose routes share a zone with a ZoneWorker, of whose filters one stays, one is
/// switched, one goes and one is new; and a ZoneWorker that is new.
Commits zone_commits();

/// The filter that goes, and one that no commit ever names.
inline constexpr const char* kDroppedFilter = "old.example.com/a/*";
inline constexpr const char* kForeignFilter = "foreign.example.com/*";

/// What a person does to a zone: another script or none, a filter made, switched or deleted.
Edit random_zone_edit(Random& random);

/// What a pass over a converged account costs for them: one call for the script of each, and one for its filters where
/// the manifest states them.
std::size_t zone_worker_cost(const Repository& repository);

/// What there is of a zone in the API of 2018.
struct ZoneState {
  std::string script;                   ///< the service's etag; empty: there is none
  std::map<std::string, bool> filters;  ///< whether they are on; without what leads to Workers

  friend bool operator==(const ZoneState&, const ZoneState&) = default;
};
using ZoneStates = std::map<std::string, ZoneState>;  ///< by the zone's name

/// A pattern that is there twice has " (twice)" at its end.
ZoneStates zones_of(const Json& state);

/// What the zones have to be once `repository` is applied. `before`: as they were right before it. `applied`: the
/// commit whose filters the journal knows as ours; may be null.
ZoneStates expected_zones(ZoneStates before, const Repository* applied, const Repository& repository);

std::string describe(const ZoneStates& zones);

}  // namespace plumbline::property
