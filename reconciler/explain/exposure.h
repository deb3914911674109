#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/time_point.h"
#include "reconciler/model/plan.h"

namespace plumbline::reconciler {

/// A zone whose routes were looked for.
struct ExposedZone {
  std::string id;
  std::string name;    ///< in lower case; empty: unknown
  std::string unread;  ///< why its routes are not known; empty: they are
};

/// A route, or a pattern of the zone-level API.
struct ExposedRoute {
  std::string id;
  std::string pattern;
  std::string worker;  ///< empty: Workers are turned off for the pattern
  std::string zone_id;
  std::string zone_name;   ///< empty: unknown
  bool is_filter = false;  ///< a pattern of the zone-level API, which leads to the script of its zone or to none
  bool enabled = true;     ///< of a filter
  std::string file{};      ///< manifest of the source that asks for it; empty: none does
};

struct ExposedDomain {
  std::string id;
  std::string hostname;  ///< in lower case
  std::string worker;
  std::string zone_name;          ///< may be empty
  std::optional<bool> enabled{};  ///< nothing: not told, which means that it is
  std::string file{};             ///< manifest of the source that asks for it; empty: none does
};

/// What is known of a Worker to which something may lead.
struct ExposedWorker {
  std::string name;
  std::string file{};      ///< manifest of the source; empty: it has none there
  std::string owner{};     ///< `edge/production`; empty: nobody has claimed it
  std::string revision{};  ///< from which its active version was made; empty: unknown
  bool is_live = false;
  std::optional<bool> workers_dev{};  ///< whether it has an address on workers.dev; nothing: not read
  std::optional<bool> previews{};     ///< whether its versions have one; nothing: not read
};

/// All that is known to lead requests to the Workers of an account.
struct Exposure {
  std::vector<ExposedZone> zones;
  std::vector<ExposedRoute> routes;
  std::vector<ExposedDomain> domains;
  std::string domains_unread;                                 ///< why the custom domains are not known; empty: they are
  std::map<std::string, ExposedWorker, std::less<>> workers;  ///< by name
  /// The account's name on workers.dev, which no pass reads: for whoever knows it.
  std::optional<std::string> subdomain{};
  TimePoint observed_at{};
};

/// What the pass that made `plan` knows. `done`: addresses of routes and domains whose calls have succeeded since
/// (AddressedResult::address), which are then as the plan wanted them.
Exposure exposure_of(const Plan& plan, const std::set<std::string>& done = {});

/// What the passes of several sources of one account know together. Of a zone that several have read, and of the
/// domains, the latest counts.
Exposure merged(std::vector<Exposure> exposures);

}  // namespace plumbline::reconciler
