#pragma once

#include <optional>
#include <string>
#include <utility>

#include "api/error.h"
#include "base/result.h"
#include "reconciler/apply/steps/report.h"

/// What a failure means for the change that it belongs to. api/reaction.h decides which error is which. Pure.
namespace plumbline::reconciler {

/// How a change, or a part of it, has ended.
struct Ending {
  ChangeStatus status = ChangeStatus::done;
  std::string message{};  ///< for a person; empty if done
  std::optional<api::Error> error{};

  [[nodiscard]] bool is_done() const { return status == ChangeStatus::done; }
};

ChangeStatus status_of(const api::Error& error);

/// How an error ends a change.
Ending ending_of(api::Error error);

/// How a look right before a write ends a change; done if the change can go on. `same` says whether what is live still
/// is what the change was planned against, or why the look failed.
Ending ending_of_look(const Result<bool, api::Error>& same);

/// Puts an ending into a WorkerResult or an AddressedResult.
template <class ChangeResult>
void set_ending(ChangeResult& result, Ending ending) {
  result.status = ending.status;
  result.message = std::move(ending.message);
  result.error = std::move(ending.error);
}

}  // namespace plumbline::reconciler
