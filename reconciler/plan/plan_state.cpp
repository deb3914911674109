#include "reconciler/plan/plan_state.h"

#include "reconciler/parts/parts.h"

namespace plumbline::reconciler {

JsonObject state_after(const WorkerChange& change) {
  JsonObject state;
  if (!change.target) return state;
  const Subject subject{change.target.get(), change.live.get()};
  for (const auto* part : parts()) part->add_state_after(subject, state);
  return state;
}

JsonObject state_before(const WorkerChange& change) {
  JsonObject state;
  if (!change.live) return state;
  if (change.target) {
    const View view({change.target.get(), change.live.get()});
    for (const auto* part : parts()) part->add_state_before(view, state);
  } else if (change.action == Action::remove) {
    state["tag"] = string_member(change.live->entry, "tag");
  }
  return state;
}

JsonObject secret_references(const Target& target) {
  JsonObject state;
  secrets_part().add_state_after({&target}, state);
  const auto* secrets = member(state, "secrets");
  return secrets != nullptr ? secrets->get_object() : JsonObject();
}

}  // namespace plumbline::reconciler
