#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "reconciler/apply/steps/change_steps.h"
#include "reconciler/apply/steps/lanes.h"
#include "reconciler/apply/steps/zone_worker_steps.h"

namespace plumbline::reconciler {

/// Decides in which order an apply carries out a plan, and gathers what came of it. ZoneWorkers come first, then the
/// Workers that are made before all others, each time one. Creates and updates follow: each begins once all that it
/// waits for has ended and a lane is free, in the order of the plan. Deletes come last, in the same manner, because
/// other Workers may need a Worker until it goes. Pure.
///
///   while true:
///     as long as next() gives a job: begin to take its steps
///     if none is under way: end
///     wait for one to end its steps, and call done()
class ApplySchedule {
 public:
  using Job = std::variant<ZoneWorkerSteps*, ChangeSteps*>;

  /// The object uses `plan` and `policy` as long as it lives.
  ApplySchedule(const Plan* plan, const Policy* policy, Lanes lanes);

  /// The job to begin now. Nothing: as many are under way as may, or all that is left waits for those; once none is
  /// under way, all is done. A job is valid until the caller passes it to done().
  std::optional<Job> next();
  [[nodiscard]] std::size_t under_way() const { return under_way_; }

  /// Takes a job that has ended, and gives its result as it stands in the report. Null: the Worker is made before all
  /// others, and the rest of its change follows later. `overloads` is for Lanes::ended().
  const AddressedResult* done(ZoneWorkerSteps* steps);
  const WorkerResult* done(ChangeSteps* steps, std::size_t overloads = 0);

  /// Lets nothing begin another write.
  void stop() { halt_.stop(); }

  /// Lets no other change begin, because a newer revision has come. Those under way go on to their end; the others have
  /// no result.
  void supersede() { superseded_ = true; }

  /// Gives the report away, which the caller may ask for once all is done. `calls`: how many writes were sent.
  ApplyReport report(std::size_t calls);

 private:
  /// One change that waits for its turn.
  struct Turn {
    const ZoneWorkerChange* zone_worker = nullptr;
    const WorkerChange* worker = nullptr;
    bool bootstrap = false;
    std::size_t waits_for = 0;  ///< changes of its phase that have not ended
  };
  /// Changes that come after all those of the phase before.
  struct Phase {
    std::vector<Turn> turns;  ///< in the order of the plan
    bool one_by_one = false;
  };

  void add_zone_workers();
  void add_bootstraps();
  void add_workers(bool deletes);
  bool begin_phase();
  [[nodiscard]] std::size_t width() const;
  std::optional<Job> begin(const Turn& turn);
  std::optional<Job> begin_worker(const WorkerChange& change);
  void release_all();
  void ended(const WorkerChange* change);
  ChangeSteps& steps_of(const WorkerChange& change);
  [[nodiscard]] const std::string* failed_need(const WorkerChange& change) const;

  const Plan* plan_;
  const Policy* policy_;
  Lanes lanes_;
  Halt halt_;
  bool superseded_ = false;
  std::deque<Phase> phases_;                                    ///< those that have not begun yet
  Phase phase_;                                                 ///< the one that is under way
  std::set<std::size_t> ready_;                                 ///< of its turns: those that wait for nothing
  std::map<std::string, std::vector<std::size_t>> dependents_;  ///< of its turns: who waits for that address
  std::size_t open_ = 0;                                        ///< of its turns: those that have not ended
  std::size_t under_way_ = 0;
  std::map<std::string, ChangeStatus> status_;           ///< of what has ended, by address
  std::map<std::string, ChangeSteps> workers_;           ///< those that have begun and not ended
  std::map<std::string, ZoneWorkerSteps> zone_workers_;  ///< the same, by address
  ApplyReport report_;
};

}  // namespace plumbline::reconciler
