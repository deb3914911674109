#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/migrations.h"
#include "simulator/state.h"
#include "simulator/world.h"

/// Steps that all ways of changing a Worker share.
namespace plumbline::simulator {

/// Who changes something: the client program, and the person who uses it.
struct Actor {
  std::string source = "api";  ///< wrangler, terraform, dash, api
  std::string author = "user@example.com";
};

/// The rules for names on the page of 2018: letters, digits, `_` and `-`; a letter first, a letter or digit last; at
/// most 63.
bool is_name_of_2018(std::string_view name);

/// 400/10016 for a name that a Worker cannot have: by the expression that wrangler takes from the service, small
/// letters, digits, `_` and `-`, the first of them no `-`, at most 63; with names=2018 by the rules of that year.
Try<void> check_name(const World& world, std::string_view name);

/// An empty Worker. It needs a version before it may be seen.
Worker make_worker(World& world, std::string_view name);

/// Moves modified_on forward; it never stays or goes back.
void touch(const World& world, Worker& worker);

/// A copy of the latest version, to be changed. It has the same content, but no annotations, because these are not
/// inherited.
Version next_version(const Worker& worker);

/// Whether a new version is deployed, and whether it moves the list's modified_on.
enum class Rollout { deploy, hold };
enum class Bump { yes, no };

/// Gives the version its id and number, then appends it. Rollout::deploy gives it all the traffic. `triggered_by` is
/// the service's own note (upload, secret, version_upload, …).
const Version& add_version(World& world, Worker& worker, Version version, const Actor& actor,
                           std::string_view triggered_by, Rollout rollout, Bump bump = Bump::yes);

/// Distributes the traffic anew.
const Deployment& deploy(World& world, Worker& worker, std::vector<Share> shares, const Actor& actor,
                         JsonObject annotations);

/// Why a Worker cannot be removed: 10142 if others have service bindings to it; 10064 if others have Durable Object
/// bindings to it, or if it consumes queues. `force` ignores only service bindings.
Try<void> check_removable(World& world, const Worker& worker, bool force);

/// Removes a Worker with its routes and domains.
void remove_worker(World& world, const std::string& name);

/// Puts the result of migrated() into effect.
void take_classes(World& world, Worker& worker, Classes classes);

}  // namespace plumbline::simulator
