#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "api/operation_table.h"
#include "manifests/worker.h"

/// What the manifests of an account's sources ask of its credentials. Pure.
namespace plumbline::daemon {

struct AccountNeeds {
  std::size_t workers = 0;
  std::set<std::string> zones;     ///< names that routes and ZoneWorkers state
  std::set<std::string> zone_ids;  ///< the same by id
  std::set<std::string> hosts;     ///< whose zone nobody states
  /// Operations whose lists are read beside Workers and zones, by name: `list_queues`.
  std::set<std::string_view> lists;
  bool filters = false;  ///< the zone-level API of 2018, for which a token is not enough

  /// Whether anything of a zone is managed.
  [[nodiscard]] bool any_zone() const { return !zones.empty() || !zone_ids.empty() || !hosts.empty(); }
};

/// Adds what one source asks for.
void add_needs(AccountNeeds& needs, const manifests::DesiredState& desired);

/// A list that some manifests need, and the permission of a token that shows it.
struct ListNeed {
  api::OperationRef list;
  std::string_view what;        ///< `queues`
  std::string_view because;     ///< the field of a manifest: `queue_consumers`
  std::string_view permission;  ///< in the dashboard's words: `Account: Queues: Edit`
};

/// Those of `needs`, in the order of the table.
std::vector<ListNeed> lists_of(const AccountNeeds& needs);

/// All permissions that a token needs, as one line for a person.
std::string permissions_of(const AccountNeeds& needs);

/// The names of zones that a host may belong to, the longest first: `a.b.example.com` may be of `a.b.example.com`,
/// `b.example.com` or `example.com`.
std::vector<std::string> possible_zones(std::string_view host);

}  // namespace plumbline::daemon
