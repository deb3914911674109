#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "reconciler/model/live.h"
#include "reconciler/model/target.h"

namespace plumbline::reconciler {

/// The place of an order that the manifest states.
inline constexpr std::string_view kDependsOn = "depends_on";

/// A place in a manifest that names another Worker of the account.
struct NamedWorker {
  std::string name;
  std::string place;  ///< `binding AUTH`, `tail_consumers`, `depends_on`, `migration v2`
  /// Whether it has to be there before this one is written: the service would refuse the upload, or the manifest says
  /// so.
  bool has_to_be_there = false;
};

/// All Workers that a manifest names, but for itself, in the order of its fields; of its migrations those that are
/// still to be sent. `live` may be null.
std::vector<NamedWorker> named_workers(const Target& target, const LiveWorker* live);

/// Those that canonical settings name, whoever stated them; without the Worker `self`.
std::vector<NamedWorker> named_in_settings(const JsonObject& canonical, std::string_view self);

}  // namespace plumbline::reconciler
