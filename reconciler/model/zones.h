#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "api/error.h"
#include "base/time_point.h"
#include "manifests/worker.h"
#include "reconciler/model/known.h"
#include "reconciler/model/policy.h"

/// The zones of an account, as far as routes need them, and its custom domains.
namespace plumbline::reconciler {

struct LiveRoute {
  std::string id;
  std::string pattern;
  std::string script;  ///< empty: Workers are turned off for the pattern

  friend bool operator==(const LiveRoute&, const LiveRoute&) = default;
};

struct LiveDomain {
  std::string id;
  std::string hostname;
  std::string service;
  std::string zone_id;
  std::string zone_name;

  friend bool operator==(const LiveDomain&, const LiveDomain&) = default;
};

/// The routes of one zone; known only if the whole list was read.
struct LiveZone {
  Known<std::vector<LiveRoute>> routes;
  std::optional<api::Error> failure;  ///< they could not be read: nothing is decided about what lies in the zone

  friend bool operator==(const LiveZone&, const LiveZone&) = default;
};

/// A pattern of the zone-level API: either the zone's own script runs for it, or none.
struct LiveFilter {
  std::string id;
  std::string pattern;
  bool enabled = true;

  friend bool operator==(const LiveFilter&, const LiveFilter&) = default;
};

/// The zone-level script of an old account. Read only if a manifest asks for it.
struct LiveZoneWorker {
  Known<std::string> script;  ///< SHA-256 of its bytes, 64 hex digits
  Known<std::vector<LiveFilter>> filters;
  std::optional<api::Error> failure;  ///< a read failed: nothing is decided about it

  friend bool operator==(const LiveZoneWorker&, const LiveZoneWorker&) = default;
};

/// The memory of a route or domain that was as its manifest asks.
struct ExposureMemory {
  std::string id;      ///< the service's id; empty: we removed it, and if it comes back that is drift
  std::string worker;  ///< the Worker that it led to
  /// The most recent times at which its drift was healed, oldest first.
  std::vector<TimePoint> mended;

  friend bool operator==(const ExposureMemory&, const ExposureMemory&) = default;
};

/// All that is known about the account's zones and domains.
struct LiveZones {
  std::map<std::string, Known<std::string>> ids;  ///< by the zone's name in lower case; absent: there is no such zone
  std::map<std::string, api::Error> unreadable;   ///< names that could not be looked up
  std::map<std::string, std::vector<std::string>> ambiguous;  ///< ids by the name that several zones bear
  std::set<std::string> asked;                                ///< names that were looked up in this pass
  std::set<std::string> configured;       ///< names or ids from the account's configuration, in lower case
  std::set<std::string> scope;            ///< names or ids that are in scope even if no manifest names them
  std::map<std::string, LiveZone> zones;  ///< by id
  std::map<std::string, LiveZoneWorker> zone_workers;  ///< by the zone's id
  Known<std::vector<LiveDomain>> domains;              ///< of the whole account
  std::optional<api::Error> domains_failure;
  std::map<std::string, ExposureMemory> memory;  ///< by key (see exposure_key())

  friend bool operator==(const LiveZones&, const LiveZones&) = default;
};

/// The result of looking for a zone.
struct ZoneAnswer {
  enum class State {
    known,
    unknown,     ///< `name` has to be looked up
    missing,     ///< the account has no such zone
    unreadable,  ///< looking up `name` failed
    ambiguous,   ///< several zones have the name `name`
  };
  State state = State::missing;
  std::string id;
  std::string name;  ///< in lower case; may be empty if the manifest gives the id
};

/// The zone of a route: the one that the manifest names, or else the zone with the longest name that contains the
/// pattern's host.
ZoneAnswer zone_of(const manifests::DesiredRoute& route, const LiveZones& live);

/// A zone of the scope, or of a ZoneWorker, given by name or id.
ZoneAnswer zone_of(std::string_view name_or_id, const LiveZones& live);

/// Possible names of a zone that contains the pattern's host: `a.b.example.com`, `b.example.com`, `example.com`.
std::vector<std::string> zone_names_for(std::string_view pattern);

/// The name of a zone; empty if it is unknown.
std::string name_of_zone(const std::string& id, const LiveZones& live);

/// Whether the source may write to a zone, or to `host` in it (may be empty).
bool is_allowed_zone(std::string_view id, std::string_view name, std::string_view host, const Policy& policy);

}  // namespace plumbline::reconciler
