#pragma once

#include <set>
#include <string>
#include <vector>

#include "reconciler/model/plan.h"

namespace plumbline::reconciler {

/// A place at which one Worker needs another, or a queue.
struct BoundWorker {
  std::string worker;    ///< empty: it is about a queue alone
  std::string queue;     ///< empty: it is about a Worker alone
  std::string place;     ///< `binding AUTH`, `tail_consumers`, `depends_on`, `queue_consumers`
  bool is_live = false;  ///< whether that Worker is there

  friend bool operator==(const BoundWorker&, const BoundWorker&) = default;
};

/// Who binds whom in an account, out of a plan: as the manifest says where there is one, else as it is live.
class BoundWorkers {
 public:
  /// `plan` outlives it.
  explicit BoundWorkers(const Plan& plan);

  /// What this Worker binds: Workers, and queues that it sends to.
  [[nodiscard]] std::vector<BoundWorker> bound_by(const std::string& worker) const;
  /// Who binds this Worker, or sends to a queue that it consumes.
  [[nodiscard]] std::vector<BoundWorker> binding(const std::string& worker) const;
  /// The queues whose messages it consumes.
  [[nodiscard]] std::vector<std::string> consumed_by(const std::string& worker) const;
  /// How many live Workers nobody has read, so that they may bind any other.
  [[nodiscard]] std::size_t unread() const { return unread_; }

 private:
  struct Edge {
    std::string from;
    BoundWorker to;
  };
  void add(const std::string& name, const WorkerChange* change, const LiveWorker* live);
  void add_queues(const std::string& name, const JsonObject& settings);
  [[nodiscard]] bool is_live(const std::string& worker) const;

  const Plan& plan_;
  std::vector<Edge> edges_;
  std::set<std::pair<std::string, std::string>> consumers_;  ///< Worker, queue
  std::size_t unread_ = 0;
};

}  // namespace plumbline::reconciler
