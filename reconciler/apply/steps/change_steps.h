#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>

#include "reconciler/apply/steps/call_steps.h"
#include "reconciler/apply/steps/report.h"

namespace plumbline::reconciler {

/// Takes the change of one Worker through all its steps: the calls on the Worker itself and what leads to it, in the
/// order that the action asks for. Pure; the caller steps it as it steps CallSteps.
class ChangeSteps {
 public:
  /// The object uses all three as long as it lives.
  ChangeSteps(const WorkerChange* change, const Policy* policy, Halt* halt);

  /// Begins only the calls that make the Worker before all others.
  void begin_bootstrap();
  /// Whether it has begun only those.
  [[nodiscard]] bool is_bootstrap() const { return bootstrap_; }
  /// Begins all that is left. `failed_need` names what the Worker needs and what is not applied; null if all is.
  void begin(const std::string* failed_need);

  /// The next step. Nothing: what has begun has ended, and result() says how.
  std::optional<Step> next();

  void looked(const Answer<bool>& same);
  void brought(Answer<Secret> token) { calls_.brought(std::move(token)); }
  void called(Called call) { calls_.called(std::move(call)); }
  void proven(const Answer<std::optional<std::string>>& before) { calls_.proven(before); }
  void exposed(AddressedResult exposure);

  [[nodiscard]] const WorkerChange& change() const { return *change_; }
  [[nodiscard]] const WorkerResult& result() const { return result_; }
  [[nodiscard]] const std::optional<JsonObject>& upload_answer() const { return calls_.upload_answer(); }
  [[nodiscard]] const Secret& assets_token() const { return calls_.assets_token(); }

 private:
  enum class Stage { look, own, remember, expose };

  std::optional<Step> step_of(Stage stage, bool first);
  std::optional<Step> next_own();
  std::optional<Step> next_exposure();
  void hold_back_exposure();
  void add(AddressedResult exposure);
  [[nodiscard]] bool is_done() const { return result_.status == ChangeStatus::done; }

  const WorkerChange* change_;
  Halt* halt_;
  CallSteps calls_;
  bool bootstrap_ = false;
  std::deque<Stage> stages_;  ///< those that have not ended yet
  bool entered_ = false;      ///< the first of them has given its first step
  std::size_t exposure_ = 0;  ///< how many routes and domains had their turn
  WorkerResult result_;
};

}  // namespace plumbline::reconciler
