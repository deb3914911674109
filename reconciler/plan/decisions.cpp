#include "reconciler/plan/decisions.h"

#include <algorithm>
#include <string>

namespace plumbline::reconciler {
namespace {

bool is_idle(Action action) {
  return action == Action::no_op || action == Action::forget;
}

// Calls `hold(change, address)` with everything that the plan would write.
template <class Hold>
void for_each_write(Plan& plan, Hold hold) {
  for (auto& change : plan.workers) {
    if (change.writes()) hold(change, address_of(change));
    for (auto& exposure : change.exposure) {
      if (exposure.writes()) hold(exposure, address_of(exposure));
    }
  }
  for (auto& change : plan.zone_workers) {
    if (change.writes()) hold(change, address_of(change));
  }
}

bool covers(const ApprovedPlan& approved, const std::string& address, const std::string& digest) {
  const auto found = approved.changes.find(address);
  return found != approved.changes.end() && found->second == digest;
}

Block unapproved_block(const Plan& plan, const Policy& policy) {
  Block block{.reason = Reason::approval_required,
              .message = "the source applies only what was approved (require_digest), and nobody has approved this",
              .override_with = "plumbline approve " + policy.owner.source + " --digest " + plan.digest};
  if (!policy.approved.digest.empty()) {
    block.message = "the plan has moved since it was approved: approved is " + policy.approved.digest + ", now it is " +
                    plan.digest +
                    ". New values of secrets, another revision and the time need no new approval, and what was "
                    "approved and is still the same goes ahead; this change is another one";
  }
  return block;
}

}  // namespace

void hold_suspended(Plan& plan, const Policy& policy) {
  if (policy.suspended.empty()) return;
  const auto block_for = [&policy](const std::string& worker) {
    const auto found = policy.suspended.find(worker);
    std::optional<Block> block;
    if (found != policy.suspended.end()) {
      block = Block{.reason = Reason::suspended,
                    .message = "the Worker is suspended " + found->second,
                    .override_with = "plumbline resume " + policy.owner.source + "/" + worker};
    }
    return block;
  };
  for (auto& change : plan.workers) {
    const auto block = block_for(change.name);
    if (!block) continue;
    if (!is_idle(change.action) && !change.block) change.block = block;
    for (auto& exposure : change.exposure) {
      if (!is_idle(exposure.action) && !exposure.block) exposure.block = block;
    }
  }
}

bool is_approved(const Plan& plan, const Policy& policy) {
  const auto& approved = policy.approved;
  if (approved.digest.empty()) return false;
  return approved.digest == plan.digest || std::ranges::all_of(plan.change_digests, [&approved](const auto& change) {
           return covers(approved, change.first, change.second);
         });
}

void hold_unapproved(Plan& plan, const Policy& policy) {
  if (!policy.needs_approval || is_approved(plan, policy)) return;
  const auto block = unapproved_block(plan, policy);
  for_each_write(plan, [&](auto& change, const std::string& address) {
    const auto digest = plan.change_digests.find(address);
    const bool is_only_rotation = digest == plan.change_digests.end();
    if (!is_only_rotation && !covers(policy.approved, address, digest->second)) change.block = block;
  });
}

}  // namespace plumbline::reconciler
