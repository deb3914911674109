#include "reconciler/plan/waits.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "base/text.h"
#include "reconciler/model/plan_input.h"
#include "reconciler/parts/exports.h"
#include "reconciler/plan/gates.h"
#include "reconciler/plan/named_workers.h"
#include "reconciler/plan/order.h"

namespace plumbline::reconciler {
namespace {

// Whether the list of Workers tells entrypoints, and this is none of them.
bool lacks_entrypoint(const LiveWorker& live, std::string_view name) {
  const auto* handlers = member(live.entry, "named_handlers");
  if (name.empty() || name == "default" || handlers == nullptr || !handlers->is_array()) return false;
  return std::ranges::none_of(handlers->get_array(),
                              [name](const Json& handler) { return string_member(handler, "name") == name; });
}

bool holds(const LiveWorker& live, std::string_view part, std::string_view name) {
  const auto* things = find_value(live.parts, part);
  return things != nullptr && member(*things, name) != nullptr;
}

// Whether the change brings a workflow that the live Worker does not hold.
bool brings_workflow(const WorkerChange& change, std::string_view name) {
  return std::ranges::any_of(change.calls,
                             [name](const PlannedCall& call) {
                               return call.is("put_workflow") && call.parameter("workflow_name") == name;
                             }) &&
         !holds(*change.live, "workflows", name);
}

// Whether a binding of another Worker can be made only after `change`, although its Worker is live.
bool binding_needs(const Json& binding, const WorkerChange& change, const LiveState& live) {
  const auto type = string_member(binding, "type");
  if (type == "service") {
    return string_member(binding, "service") == change.name && find_call(change.calls, "upload_script") != nullptr &&
           lacks_entrypoint(*change.live, string_member(binding, "entrypoint"));
  }
  if (string_member(binding, "script_name") != change.name) return false;
  if (type == "workflow") return brings_workflow(change, string_member(binding, "workflow_name"));
  return type == "durable_object_namespace" && !change.calls.empty() &&
         brings_class(*change.target, *change.live, live, std::string(string_member(binding, "class_name")));
}

bool any_binding_needs(const WorkerChange& change, const WorkerChange& other, const LiveState& live) {
  const auto* bindings = member(change.target->settings, "bindings");
  const auto* object = bindings != nullptr ? bindings->if_object() : nullptr;
  return object != nullptr &&
         std::ranges::any_of(*object, [&](const auto& entry) { return binding_needs(entry.value(), other, live); });
}

bool must_succeed(const WorkerChange& change, const WorkerChange& other, const LiveState& live) {
  if (std::ranges::find(other.losers, change.name) != other.losers.end()) return true;
  if (other.action == Action::remove) return false;
  return !other.live || (other.target && any_binding_needs(change, other, live));
}

Block blocked_by(const WorkerChange& other) {
  const auto& block = *other.block;
  return {Reason::dependency_not_ready,
          fmt::format("it needs worker.{}, which is {} ({}): {}", other.name,
                      other.live ? "held back" : "not live and not made now", to_string(block.reason), block.message),
          block.override_with.empty() ? "see what the plan says about worker." + other.name
                                      : fmt::format("for worker.{}: {}", other.name, block.override_with),
          block.because.value_or(block.reason),
          {address_of(other)}};
}

class Waits {
 public:
  Waits(Plan& plan, const PlanInput& input) : plan_(plan), input_(input) {
    for (auto& change : plan.workers) by_address_.emplace(address_of(change), &change);
  }

  void run() {
    for (auto& change : plan_.workers) {
      if (!change.target) continue;
      if (!change.calls.empty()) add_needs(change);
      judge_names(change);
    }
    // Whoever needs one that is blocked is blocked as well, and so are those that need it.
    for (bool any = true; any;) {
      any = false;
      for (auto& change : plan_.workers) any = spread(change) || any;
    }
  }

 private:
  void add_needs(WorkerChange& change) const {
    for (const auto& address : change.after) {
      if (must_succeed(change, *by_address_.at(address), *input_.live)) change.needs.push_back(address);
    }
  }

  bool spread(WorkerChange& change) const {
    if (change.block) return false;
    for (const auto& address : change.needs) {
      const auto& other = *by_address_.at(address);
      if (!other.block) continue;
      change.block = blocked_by(other);
      return true;
    }
    return false;
  }

  // Workers that are not live, and that nothing in this plan makes: where one has to be there, this one cannot be
  // written; elsewhere it is told.
  void judge_names(WorkerChange& change) {
    std::optional<std::set<std::string>> before;
    for (const auto& named : named_workers(*change.target, change.live.get())) {
      if (by_address_.contains(worker_address(named.name)) || input_.live->workers.contains(named.name)) continue;
      const bool is_broken = has_errors_in_manifest(named.name);
      // The service takes what is bound already.
      if (!before) before = live_references(change);
      const bool is_needed = is_broken || (named.has_to_be_there && !before->contains(named.name));
      if (is_needed && !change.block && !change.calls.empty()) {
        change.block = is_broken ? broken_block(named.name) : nowhere_block(change, named);
      } else if (!is_broken) {
        plan_.diagnostics.push_back(nowhere_note(change, named));
      }
    }
  }

  [[nodiscard]] bool has_errors_in_manifest(const std::string& name) const {
    const auto& broken = input_.desired->broken_names;
    return std::ranges::find(broken, name) != broken.end();
  }

  static Block broken_block(const std::string& name) {
    return {Reason::dependency_not_ready,
            fmt::format("it needs worker.{}, which is not live and whose manifest has errors", name),
            "correct the manifest of worker." + name,
            {},
            {worker_address(name)}};
  }

  [[nodiscard]] std::string nowhere(const std::string& name) const {
    const bool left_out = !is_in_scope(name, input_.policy);
    return fmt::format("worker.{}, which is not live, and {} makes it", name,
                       left_out ? "--only leaves out whatever" : "no manifest of this source");
  }

  [[nodiscard]] Block nowhere_block(const WorkerChange& change, const NamedWorker& named) {
    const bool by_order = named.place == kDependsOn;
    return {Reason::dependency_not_ready,
            (by_order ? "it depends on " : "it binds ") + nowhere(named.name),
            fmt::format("{}deploy worker.{} first, or take {} out of {}", meant(named.name, change.name), named.name,
                        by_order ? "the name" : "the binding", by_order ? kDependsOn : "the manifest"),
            {},
            {worker_address(named.name)}};
  }

  [[nodiscard]] Diagnostic nowhere_note(const WorkerChange& change, const NamedWorker& named) {
    return {.severity = Severity::warning,
            .where = change.target->desired->where,
            .summary = fmt::format("worker.{}: {} names {}", change.name, named.place, nowhere(named.name)),
            .detail = fmt::format("{}deploy worker.{}, or take the name out of the manifest",
                                  meant(named.name, change.name), named.name)};
  }

  // `did you mean worker.auth? If not, `; empty where no name is close.
  [[nodiscard]] std::string meant(const std::string& name, const std::string& by) {
    const auto [found, is_new] = nearest_.try_emplace(name);
    if (is_new) found->second = nearest(name, all_names()).value_or("");
    if (found->second.empty() || found->second == by) return {};
    return fmt::format("did you mean worker.{}? If not, ", found->second);
  }

  [[nodiscard]] const std::vector<std::string_view>& all_names() {
    if (!names_.empty()) return names_;
    for (const auto& [live, worker] : input_.live->workers) names_.emplace_back(live);
    for (const auto& target : *input_.targets) names_.emplace_back(target.desired->name);
    return names_;
  }

  Plan& plan_;
  const PlanInput& input_;
  std::map<std::string, WorkerChange*, std::less<>> by_address_;
  std::vector<std::string_view> names_;         ///< of all Workers, live or asked for; filled when it is needed
  std::map<std::string, std::string> nearest_;  ///< by a name that nothing bears
};

}  // namespace

void plan_waits(Plan& plan, const PlanInput& input) {
  Waits(plan, input).run();
}

void plan_waits_of_deletes(Plan& plan) {
  std::map<std::string, const WorkerChange*, std::less<>> by_address;
  for (const auto& change : plan.workers) by_address.emplace(address_of(change), &change);
  // In the order of the plan, in which whatever a delete needs comes before it.
  for (auto& change : plan.workers) {
    if (change.action != Action::remove) continue;
    change.needs = change.after;
    for (const auto& address : change.needs) {
      const auto other = by_address.find(address);
      if (change.block || other == by_address.end() || !other->second->block) continue;
      change.block = blocked_by(*other->second);
    }
  }
}

}  // namespace plumbline::reconciler
