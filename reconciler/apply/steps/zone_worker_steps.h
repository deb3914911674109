#pragma once

#include <cstddef>
#include <optional>

#include "reconciler/apply/steps/ending.h"
#include "reconciler/apply/steps/halt.h"
#include "reconciler/apply/steps/step.h"
#include "reconciler/model/policy.h"

namespace plumbline::reconciler {

/// Takes the change of one ZoneWorker through all its steps. Pure; the caller steps it as it steps CallSteps.
class ZoneWorkerSteps {
 public:
  /// The object uses all three as long as it lives.
  ZoneWorkerSteps(const ZoneWorkerChange* change, const Policy* policy, Halt* halt);

  /// The next step. Nothing: the change has ended, and result() says how.
  std::optional<ZoneStep> next();

  /// `recent`: the zone was read not long ago. Nobody applies an older plan: it is made anew.
  void looked(bool recent);
  void called(const Answer<JsonObject>& answer);

  [[nodiscard]] const ZoneWorkerChange& change() const { return *change_; }
  [[nodiscard]] const AddressedResult& result() const { return result_; }

 private:
  void open();
  std::optional<ZoneStep> next_call(const PlannedCall& call);
  void stop();
  void end_with(api::Error error);
  [[nodiscard]] bool is_done() const { return result_.status == ChangeStatus::done; }

  const ZoneWorkerChange* change_;
  const Policy* policy_;
  Halt* halt_;
  std::size_t given_ = 0;  ///< how many steps next() has given
  AddressedResult result_;
};

}  // namespace plumbline::reconciler
