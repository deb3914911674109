#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "reconciler/model/live.h"
#include "reconciler/model/plan.h"
#include "reconciler/model/target.h"

namespace plumbline::reconciler {

/// One module of a Worker, as it is and as it will be.
struct ModuleChange {
  std::string name;
  std::optional<Action> action;              ///< nothing: the live code was not read
  std::optional<std::uint64_t> size;         ///< bytes; nothing: it goes
  std::optional<std::uint64_t> size_before;  ///< nothing: it is new, or the live code was not read
  std::string digest;                        ///< `sha256:<64 hex>` of what will be, or of what goes
};

/// Every module of the manifest in its order, then those that go, by name. `live`: null where there is none.
std::vector<ModuleChange> module_changes(const Target& target, const LiveWorker* live);

}  // namespace plumbline::reconciler
