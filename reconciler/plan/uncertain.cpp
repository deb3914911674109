#include "reconciler/plan/uncertain.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/time_point.h"
#include "reconciler/model/plan_input.h"

namespace plumbline::reconciler {
namespace {

using std::chrono::milliseconds;

// The two stamps of a create need not come from one machine of the service.
constexpr milliseconds kSameMoment{100};
constexpr milliseconds kLongestUpload{10'000};

// Whole seconds alone hide up to one.
std::chrono::microseconds same_moment(std::string_view created, std::string_view modified) {
  const bool precise = created.contains('.') && modified.contains('.');
  return precise ? kSameMoment : milliseconds(1'000);
}

}  // namespace

Made made_when(const JsonObject& answer, std::chrono::microseconds took) {
  const auto created = string_member(answer, "created_on");
  const auto modified = string_member(answer, "modified_on");
  const auto begun = parse_rfc3339(created);
  const auto ended = parse_rfc3339(modified);
  if (!begun || !ended) return Made::unclear;
  const auto apart = *ended - *begun;
  // A moment is no longer than the upload itself: that of somebody who was just before it is another one.
  if (apart <= std::min(took, same_moment(created, modified))) return Made::now;
  return apart > kLongestUpload ? Made::before : Made::unclear;
}

Block uncertain_block(const std::string& worker, const UncertainCreate& create) {
  const std::string version = create.version.empty() ? "the version before " + create.made : create.version;
  return {Reason::create_uncertain,
          fmt::format("somebody else created this Worker a moment before the upload that was to create it. {} was live "
                      "then, and is the version to go back to",
                      version),
          fmt::format("either go back to it (wrangler rollback {} --name {}) and give the Worker up (plumbline release "
                      "{}), or keep what is live now (plumbline adopt {}, or `adopt: unowned` under metadata)",
                      create.version.empty() ? "VERSION" : create.version, worker, worker, worker)};
}

bool is_uncertain(const std::string& worker, const PlanInput& input) {
  const auto& live = *input.live;
  const auto create = live.uncertain.find(worker);
  if (create == live.uncertain.end() || live.absent.contains(worker)) return false;
  const auto found = live.workers.find(worker);
  // What cannot be read this time decides nothing.
  if (found == live.workers.end() || found->second.failure) return true;
  const auto owned = ownership_of(live_tags(found->second));
  if (!owned || owned->owner != input.policy.owner) return false;
  const auto adopts = [&worker](const Target& target) {
    return target.desired->name == worker && target.desired->adopt.kind != manifests::AdoptRule::Kind::none;
  };
  return create->second.adopted || std::ranges::none_of(*input.targets, adopts);
}

}  // namespace plumbline::reconciler
