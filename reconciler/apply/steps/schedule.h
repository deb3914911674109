#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "reconciler/apply/steps/change_steps.h"
#include "reconciler/apply/steps/zone_worker_steps.h"

namespace plumbline::reconciler {

/// Decides in which order an apply carries out a plan, and gathers what came of it. ZoneWorkers come first, then the
/// Workers that are made before all others, each time one. Creates and updates follow by levels: a level has all
/// changes that wait for nothing that is still open, and some of them run at a time. Deletes come last, by levels too,
/// because other Workers may need a Worker until it goes. Pure.
///
///   while (schedule.begin_level() > 0) {
///     as long as next() gives a job: take its steps until they end, then call done()
///   }
class ApplySchedule {
 public:
  using Job = std::variant<ZoneWorkerSteps*, ChangeSteps*>;

  /// The object uses `plan` and `policy` as long as it lives. At most `parallel` Workers run at a time.
  ApplySchedule(const Plan* plan, const Policy* policy, std::size_t parallel);

  /// Begins the next level, which the caller may do once every job of the last one is done. Says how many of its jobs
  /// may run at a time; 0 if there is no further level.
  std::size_t begin_level();

  /// The job to begin now. Nothing: as many jobs run as may, or the level has no further one. A job is valid until the
  /// caller passes it to done().
  std::optional<Job> next();

  /// Takes a job that has ended, and gives its result as it stands in the report. Null: the Worker is made before all
  /// others, and the rest of its change follows in a later level.
  const AddressedResult* done(ZoneWorkerSteps* steps);
  const WorkerResult* done(ChangeSteps* steps);

  /// Lets nothing begin another write.
  void stop() { halt_.stop(); }

  /// Gives the report away, which the caller may ask for once all is done. `calls`: how many writes were sent.
  ApplyReport report(std::size_t calls);

 private:
  /// One change that waits for its turn.
  struct Turn {
    const ZoneWorkerChange* zone_worker = nullptr;
    const WorkerChange* worker = nullptr;
    bool bootstrap = false;
  };
  struct Level {
    std::deque<Turn> turns;
    std::size_t lanes = 1;
  };

  void add_zone_workers();
  void add_bootstraps();
  void add_workers(bool deletes, std::size_t parallel);
  std::optional<Job> begin(const Turn& turn);
  std::optional<Job> begin_worker(const WorkerChange& change);
  ChangeSteps& steps_of(const WorkerChange& change);
  [[nodiscard]] const std::string* failed_need(const WorkerChange& change) const;

  const Plan* plan_;
  const Policy* policy_;
  Halt halt_;
  std::deque<Level> levels_;  ///< those that have not begun yet
  Level level_;               ///< what is left of the one that is under way
  std::size_t under_way_ = 0;
  std::map<std::string, ChangeStatus> status_;           ///< of what has ended, by address
  std::map<std::string, ChangeSteps> workers_;           ///< those that have begun and not ended
  std::map<std::string, ZoneWorkerSteps> zone_workers_;  ///< the same, by address
  ApplyReport report_;
};

}  // namespace plumbline::reconciler
