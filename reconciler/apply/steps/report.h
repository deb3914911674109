#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "api/error.h"
#include "reconciler/model/plan.h"

/// What came of an apply. Pure.
namespace plumbline::reconciler {

/// How a change went.
enum class ChangeStatus {
  done,
  failed,
  replan,   ///< somebody else wrote, or an answer is lost: observe and plan again
  skipped,  ///< something that it depends on failed, or we are stopping
};

/// How the change of a route, a custom domain or a ZoneWorker went.
struct AddressedResult {
  std::string address;
  Action action = Action::no_op;
  bool importing = false;
  ChangeStatus status = ChangeStatus::done;
  std::optional<api::Error> error;
  std::string message;  ///< for a person; empty if done
  std::size_t tries{};  ///< how often it was tried, if it is still open and not tried again; else 0
};

/// How the change of one Worker went, with what leads to it.
struct WorkerResult {
  using Status = ChangeStatus;
  std::string name;
  Action action = Action::no_op;
  bool importing = false;
  Status status = Status::done;
  std::optional<api::Error> error;
  std::string message;                      ///< for a person; empty if done
  Status own = Status::done;                ///< of the Worker alone
  std::vector<AddressedResult> exposure{};  ///< of what was to be written
  std::size_t tries{};                      ///< how often it was tried, if it is still open and not tried again; else 0
  ActiveVersion active{};                   ///< afterwards; only valid if `own` is done
};

/// What an apply has done, in the order in which the changes ended.
struct ApplyReport {
  std::vector<WorkerResult> workers;
  std::vector<AddressedResult> zone_workers;
  std::size_t added = 0;
  std::size_t changed = 0;
  std::size_t destroyed = 0;
  std::size_t imported = 0;
  std::size_t calls = 0;       ///< writes that were sent
  std::size_t superseded = 0;  ///< changes that have not begun, because a newer revision had come; they have no result

  /// Counts what is done into the four figures above.
  void tally();

  /// Of the Worker of this name; null: it was not to be written.
  [[nodiscard]] const WorkerResult* find(const std::string& name) const;

  [[nodiscard]] bool failed() const;
  [[nodiscard]] bool needs_replan() const;
  /// Set if an error concerns every Worker of the account: credentials, a firewall.
  [[nodiscard]] const api::Error* account_error() const;
};

}  // namespace plumbline::reconciler
