#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>

#include "base/secret.h"
#include "reconciler/apply/steps/ending.h"
#include "reconciler/apply/steps/halt.h"
#include "reconciler/apply/steps/step.h"
#include "reconciler/model/policy.h"
#include "reconciler/plan/uncertain.h"

namespace plumbline::reconciler {

/// Makes the calls on one Worker itself, in the order of its change. It looks at the Worker before the first call, and
/// asks for a proof after the upload that makes the Worker. The calls may come in two parts, each after a begin(): the
/// second part goes on where the first one ended. Pure.
///
/// Whoever takes a step from next() carries it out, tells what came of it (looked() after Look, and so on; a note needs
/// no answer), and only then asks for the next one.
class CallSteps {
 public:
  /// The object uses all three as long as it lives.
  CallSteps(const WorkerChange* change, const Policy* policy, Halt* halt);

  /// Begins a part, which ends once the first `end` calls of the change are made.
  void begin(std::size_t end);

  /// The next step. Nothing: this part has ended, and ending() says how.
  std::optional<Step> next();

  void looked(const Answer<bool>& same);
  void brought(Answer<Secret> token);
  void called(Called call);
  /// `before`: the version that was live before the upload; nothing if there was none.
  void proven(const Answer<std::optional<std::string>>& before);

  [[nodiscard]] const Ending& ending() const { return ending_; }
  /// The answer to the last upload.
  [[nodiscard]] const std::optional<JsonObject>& upload_answer() const { return upload_answer_; }
  /// The token of the session before the upload; empty if there was none.
  [[nodiscard]] const Secret& assets_token() const { return assets_token_; }

 private:
  void decide();
  void open();
  void next_call();
  [[nodiscard]] bool makes_it(const PlannedCall& call) const;
  void failed(api::Error error);
  void prove(const JsonObject& answer, std::chrono::microseconds took);
  void end_with(api::Error error);

  const WorkerChange* change_;
  const Policy* policy_;
  Halt* halt_;
  std::size_t end_ = 0;
  std::size_t made_ = 0;  ///< how many of the calls have been made
  bool opened_ = false;
  std::deque<Step> ahead_;             ///< steps that come before it decides anything else
  std::optional<api::Error> problem_;  ///< it ends the change after those steps
  Ending ending_;
  std::optional<JsonObject> upload_answer_;
  Secret assets_token_;
  Made made_when_ = Made::now;  ///< as the upload that makes the Worker tells
  std::string version_;         ///< this upload made it; empty: it is not told
};

}  // namespace plumbline::reconciler
