#pragma once

#include <deque>
#include <optional>

#include "reconciler/apply/steps/ending.h"
#include "reconciler/apply/steps/step.h"
#include "reconciler/model/policy.h"

namespace plumbline::reconciler {

/// Takes the change of one route or custom domain through all its steps. Pure; the caller steps it as it steps
/// CallSteps.
class ExposureSteps {
 public:
  /// `change` has to write (writes()), and outlives the object.
  ExposureSteps(const ExposureChange* change, const Policy& policy);

  /// The next step. Nothing: the change has ended, and result() says how.
  std::optional<ExposureStep> next();

  void looked(const Answer<bool>& same);
  void found(const Answer<step::Still>& still);
  void called(const Answer<JsonObject>& answer);

  [[nodiscard]] const ExposureChange& change() const { return *change_; }
  [[nodiscard]] const AddressedResult& result() const { return result_; }

 private:
  void end_with(Ending ending);

  const ExposureChange* change_;
  std::deque<ExposureStep> ahead_;
  AddressedResult result_;
};

}  // namespace plumbline::reconciler
