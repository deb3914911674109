#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reconciler/model/live.h"
#include "reconciler/model/ownership.h"
#include "reconciler/model/policy.h"
#include "reconciler/reconcile.h"

/// A person takes live Workers over, or gives them up. A claim writes or removes the ownership tag alone: it makes no
/// version and changes nothing else of the Worker.
namespace plumbline::reconciler {

enum class Claim { adopt, release };

/// What a claim means for one Worker.
struct ClaimStep {
  enum class Kind {
    write,    ///< the claim writes its tags
    nothing,  ///< it is so already
    refused,  ///< `message` says why
  };
  std::string worker;
  Kind kind = Kind::refused;
  std::string message;         ///< for a person: who owns it and who will, or what stands in the way
  std::optional<bool> keep{};  ///< of an adoption: whether it is never pruned; nothing: no manifest says
};

/// Pure. `tags` are those of the live Worker (an array, null or anything else). `keep` is what its manifest says of
/// pruning; nothing if no manifest is known.
ClaimStep adopt_step(const std::string& worker, const Json* tags, const Policy& policy, std::optional<bool> keep);
ClaimStep release_step(const std::string& worker, const Json* tags, const Policy& policy);

/// What a claim means for a Worker that the account does not have. Pure.
ClaimStep missing_step(const std::string& worker);

/// Gives `tags` another owner, or none, and leaves all other tags as they are: the API replaces the whole set. Pure.
JsonArray tags_with_owner(const Json* tags, const std::optional<Ownership>& owner);

struct ClaimResult {
  ClaimStep step;  ///< as it was found right before the write
  std::optional<api::Error> error;

  [[nodiscard]] bool failed() const { return error.has_value() || step.kind == ClaimStep::Kind::refused; }
};

/// Reads the Worker's tags, decides again, and writes them. That takes at most two calls, and three where an answer is
/// lost. The journal forgets what it remembers of the Worker. It remembers that the Worker was released, so that nobody
/// takes the missing tag for lost.
Awaitable<ClaimResult> carry_out(Scope scope, Claim claim, ClaimStep step);

/// Ends the uncertainty about a create of the Worker: a person says that the Worker is the source's.
Awaitable<> settle_create(Scope scope, std::string worker);

}  // namespace plumbline::reconciler
