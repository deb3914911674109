#include "reconciler/apply/steps/call_steps.h"

#include <utility>

#include "reconciler/plan/gates.h"

namespace plumbline::reconciler {
namespace {

// What an upload's answer tells is remembered, and that a Worker is gone is for the next plan to find. Of all else a
// read that shows the write says as much as its answer.
bool needs_answer(const PlannedCall& call) {
  return call.is("upload_script") || call.is("delete_script");
}

api::Error uncertain_error(const std::string& worker, const UncertainCreate& create) {
  const auto block = uncertain_block(worker, create);
  return own_error(api::ErrorKind::local,
                   std::string(to_string(block.reason)) + ": " + block.message + "; " + block.override_with);
}

}  // namespace

CallSteps::CallSteps(const WorkerChange* change, const Policy* policy, Halt* halt)
    : change_(change), policy_(policy), halt_(halt) {}

void CallSteps::begin(std::size_t end) {
  end_ = end;
  opened_ = false;
}

std::optional<Step> CallSteps::next() {
  if (ahead_.empty()) decide();
  if (ahead_.empty()) return std::nullopt;
  auto step = std::move(ahead_.front());
  ahead_.pop_front();
  return step;
}

void CallSteps::decide() {
  if (problem_) end_with(*std::exchange(problem_, std::nullopt));
  if (ending_.is_done() && !opened_) open();
  if (ending_.is_done() && ahead_.empty() && made_ < end_) next_call();
}

void CallSteps::open() {
  opened_ = true;
  // The last gate: whatever planned this, no source writes a Worker that it may not.
  if (const auto block = allow_block(change_->name, *policy_)) {
    end_with(own_error(api::ErrorKind::local, block->message));
  } else if (made_ == 0 && !halt_->is_on()) {
    ahead_.emplace_back(step::Look());
  }
}

void CallSteps::next_call() {
  const auto& call = change_->calls[made_];
  if (halt_->is_on()) {
    ending_ = {ChangeStatus::skipped, halt_->why(), {}};
  } else if (call.has_uploads()) {
    ahead_.emplace_back(step::BringAssets());
  } else {
    ahead_.emplace_back(step::Call{&call, makes_it(call)});
  }
}

bool CallSteps::makes_it(const PlannedCall& call) const {
  return change_->action == Action::create && call.is("upload_script") && !upload_answer_;
}

void CallSteps::looked(const Answer<bool>& same) {
  if (!same) halt_->note(same.error());
  ending_ = ending_of_look(same);
}

void CallSteps::brought(Answer<Secret> token) {
  if (!token) return failed(std::move(token.error()));
  assets_token_ = std::move(*token);
  ++made_;
  // Bringing the files may have taken long.
  ahead_.emplace_back(step::Look());
}

void CallSteps::called(Called call) {
  const auto& planned = change_->calls[made_];
  const bool makes = makes_it(planned);
  if (!call.answer && call.seen && !needs_answer(planned)) call.answer = JsonObject();
  if (!call.answer) {
    failed(std::move(call.answer.error()));
    // A lost answer that is needed ends the change all the same, but whom the upload met is known only now.
    if (makes && call.seen) prove(JsonObject(), call.took);
    return;
  }
  ++made_;
  if (!planned.is("upload_script")) return;
  upload_answer_ = std::move(*call.answer);
  if (makes) prove(*upload_answer_, call.took);
}

void CallSteps::failed(api::Error error) {
  if (api::reaction(error) == api::Reaction::deploy_first) ahead_.emplace_back(step::NoteUndeployed());
  problem_ = std::move(error);
}

// A service that answers a create with an older Worker has made none: somebody's code is under ours now.
void CallSteps::prove(const JsonObject& answer, std::chrono::microseconds took) {
  made_when_ = made_when(answer, took);
  if (made_when_ == Made::now) return;
  version_ = string_member(answer, "deployment_id");
  ahead_.emplace_back(step::ProveMade{version_});
}

void CallSteps::proven(const Answer<std::optional<std::string>>& before) {
  // What cannot be read leaves the last word to the stamps.
  if (before ? !*before : made_when_ == Made::unclear) return;
  UncertainCreate create{before ? **before : std::string(), version_, false};
  create.adopted = change_->target->desired->adopt.kind != manifests::AdoptRule::Kind::none;
  problem_ = uncertain_error(change_->name, create);
  ahead_.emplace_back(step::NoteUncertain{std::move(create)});
}

void CallSteps::end_with(api::Error error) {
  halt_->note(error);
  ending_ = ending_of(std::move(error));
}

}  // namespace plumbline::reconciler
