#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "reconciler/apply/steps/exposure_steps.h"
#include "reconciler/apply/steps/schedule.h"
#include "tests/unit/reconciler/fixtures.h"
#include "tests/unit/reconciler/results.h"

/// Changes whose steps are taken without any I/O: each goes well, but for what a test says of it.
namespace plumbline::reconciler::test {

using Texts = std::vector<std::string>;

inline PlannedCall bare_call(api::OperationRef operation) {
  PlannedCall call;
  call.operation = operation;
  return call;
}

inline WorkerChange change_with(std::string name, Action action, std::vector<PlannedCall> calls,
                                std::vector<std::string> after = {}) {
  auto result = change(std::move(name), action);
  result.calls = std::move(calls);
  result.after = std::move(after);
  result.needs = result.after;
  if (action != Action::remove) {
    result.target = std::make_shared<const Target>(target_of(manifest(result.name)));
  }
  return result;
}

/// To be made by one upload.
inline WorkerChange new_worker(std::string name, std::vector<std::string> after = {}) {
  return change_with(std::move(name), Action::create, {bare_call("upload_script")}, std::move(after));
}

inline WorkerChange gone_worker(std::string name, std::vector<std::string> after = {}) {
  return change_with(std::move(name), Action::remove, {bare_call("delete_script")}, std::move(after));
}

/// A route `NAME.example.com/*` that is to be made, or to go.
inline ExposureChange route_of(const std::string& name, Action action = Action::create) {
  ExposureChange route;
  route.name = name + ".example.com/*";
  route.zone_name = "example.com";
  route.action = action;
  route.call = bare_call("create_route");
  return route;
}

/// `call upload_script`, `expose route.a.example.com/*`
struct StepText {
  std::string operator()(const step::Look&) const { return "look"; }
  std::string operator()(const step::BringAssets&) const { return "bring assets"; }
  std::string operator()(const step::Call& step) const {
    return (step.makes ? "make by " : "call ") + std::string(step.call->operation->name);
  }
  std::string operator()(const step::ProveMade& step) const { return "prove made " + step.version; }
  std::string operator()(const step::NoteUncertain& step) const { return "note uncertain " + step.create.version; }
  std::string operator()(const step::NoteUndeployed&) const { return "note undeployed"; }
  std::string operator()(const step::NoteBegun&) const { return "note begun"; }
  std::string operator()(const step::Remember&) const { return "remember"; }
  std::string operator()(const step::Expose& step) const { return "expose " + address_of(*step.exposure); }
  std::string operator()(const step::Find&) const { return "find"; }
  std::string operator()(const step::RememberExposure& step) const { return "remember id " + step.id; }
};

/// The answer to an upload; made by it if both stamps are the same.
inline JsonObject upload_answer(std::string_view modified_on = "2026-01-01T00:00:00.000000Z") {
  JsonObject answer{{"deployment_id", "v1"}, {"created_on", "2026-01-01T00:00:00.000000Z"}};
  answer["modified_on"] = modified_on;
  return answer;
}

void go_well(auto& /*steps*/, const auto& /*note*/) {}
void go_well(auto& steps, const step::Look& /*look*/) {
  steps.looked(true);
}
void go_well(auto& steps, const step::BringAssets& /*bring*/) {
  steps.brought(Secret("token"));
}
void go_well(auto& steps, const step::Call& /*call*/) {
  if constexpr (requires { steps.brought(Secret()); }) {
    steps.called(Called{upload_answer()});
  } else {
    steps.called(JsonObject{{"id", "id-1"}});
  }
}
void go_well(auto& steps, const step::ProveMade& /*prove*/) {
  steps.proven(std::nullopt);
}
void go_well(auto& steps, const step::Expose& step) {
  if constexpr (requires { steps.exposed({}); }) {
    steps.exposed({address_of(*step.exposure), step.exposure->action, false, Status::done, {}, {}});
  }
}
void go_well(auto& steps, const step::Find& /*find*/) {
  steps.found(step::Still::there);
}

/// What comes of steps in place of that all goes well, by their texts; a second one of the same text is `look 2`.
template <class Steps>
using Odd = std::map<std::string, std::function<void(Steps&)>>;

/// Takes one step; false: there is none.
template <class Steps>
bool take_step(Steps& steps, const Odd<Steps>& odd, Texts& taken) {
  const auto step = steps.next();
  if (!step) return false;
  auto text = std::visit(StepText(), *step);
  const auto before = std::ranges::count(taken, text);
  taken.push_back(text);
  if (before > 0) text += " " + std::to_string(before + 1);
  if (const auto found = odd.find(text); found != odd.end()) {
    found->second(steps);
  } else {
    std::visit([&steps](const auto& what) { go_well(steps, what); }, *step);
  }
  return true;
}

/// Takes all steps that there are.
template <class Steps>
Texts play(Steps& steps, const Odd<Steps>& odd = {}) {
  Texts taken;
  while (take_step(steps, odd, taken)) {
  }
  return taken;
}

/// The answer to a call.
inline auto call_fails(const api::Error& error, bool seen = false) {
  return [error, seen](auto& steps) {
    if constexpr (requires { steps.brought(Secret()); }) {
      steps.called(Called{std::unexpected(error), seen});
    } else {
      steps.called(std::unexpected(error));
    }
  };
}

inline auto exposure_fails(const ExposureChange& exposure, Status status, const std::optional<api::Error>& error = {}) {
  return [address = address_of(exposure), status, error](ChangeSteps& steps) {
    steps.exposed({address, Action::create, false, status, error, "something is wrong"});
  };
}

inline api::Error error_with(api::ErrorKind kind, int code) {
  auto error = error_of(kind);
  error.code = code;
  return error;
}

}  // namespace plumbline::reconciler::test
