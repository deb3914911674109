#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reconciler/model/live.h"
#include "reconciler/model/ownership.h"
#include "reconciler/model/policy.h"
#include "reconciler/reconcile.h"

/// Taking live Workers over, and giving them up, by hand: the ownership tag alone is written or removed, no version is
/// made and nothing else of the Worker changes.
namespace plumbline::reconciler {

enum class Claim { adopt, release };

/// What a claim means for one Worker.
struct ClaimStep {
  enum class Kind {
    write,    ///< its tags are to be written
    nothing,  ///< it is so already
    refused,
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

/// What is said of a Worker that the account does not have.
ClaimStep missing_step(const std::string& worker);

/// `tags` with another owner, or none; all others stay as they are. The API replaces the whole set.
JsonArray tags_with_owner(const Json* tags, const std::optional<Ownership>& owner);

struct ClaimResult {
  ClaimStep step;  ///< as it was found right before the write
  std::optional<api::Error> error;

  [[nodiscard]] bool failed() const { return error.has_value() || step.kind == ClaimStep::Kind::refused; }
};

/// Reads the Worker's tags, decides again, and writes them: at most two calls, three where an answer is lost. What the
/// journal remembers of the Worker is forgotten; that it was released is remembered, so that nobody takes the missing
/// tag for lost.
Awaitable<ClaimResult> carry_out(Scope scope, Claim claim, ClaimStep step);

/// A person says that the Worker is the source's: a create of it that was uncertain is so no longer.
Awaitable<> settle_create(Scope scope, std::string worker);

}  // namespace plumbline::reconciler
