#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/migrations.h"
#include "simulator/state.h"
#include "simulator/world.h"

/// What every way of changing a Worker has in common.
namespace plumbline::simulator {

/// Who changes something: the client, and the person behind it.
struct Actor {
  std::string source = "api";  ///< wrangler, terraform, dash, api
  std::string author = "user@example.com";
};

/// Name rules of the API: letters, digits, `_` and `-`, a letter first, a letter or digit last, at
/// most 63. Otherwise 400/10016.
Try<void> check_name(std::string_view name);

/// An empty Worker; it needs a version before anybody sees it.
Worker make_worker(World& world, std::string_view name);

/// Moves modified_on, always forward.
void touch(const World& world, Worker& worker);

/// A copy of the latest version to change: same content, no annotations (they are not inherited).
Version next_version(const Worker& worker);

/// What becomes of a new version, and of the list's modified_on.
enum class Rollout { deploy, hold };
enum class Bump { yes, no };

/// Gives the version its id and number and appends it; Rollout::deploy gives it all the traffic.
/// `triggered_by` is what the service notes (upload, secret, version_upload, …).
const Version& add_version(World& world, Worker& worker, Version version, const Actor& actor,
                           std::string_view triggered_by, Rollout rollout, Bump bump = Bump::yes);

/// Hands the traffic out anew.
const Deployment& deploy(World& world, Worker& worker, std::vector<Share> shares, const Actor& actor,
                         JsonObject annotations);

/// Why a Worker cannot be removed: 10142 for service bindings of others, 10064 for their Durable
/// Object bindings and for queues that it consumes. `force` passes over service bindings only.
Try<void> check_removable(const World& world, const Worker& worker, bool force);

/// Removes a Worker with its routes and domains.
void remove_worker(World& world, const std::string& name);

/// Applies what `migrated` decided.
void take_classes(World& world, Worker& worker, Classes classes);

}  // namespace plumbline::simulator
