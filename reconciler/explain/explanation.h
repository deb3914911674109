#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "reconciler/explain/bound_workers.h"
#include "reconciler/model/plan.h"

namespace plumbline::reconciler {

/// A route or custom domain of a Worker.
struct ExplainedExposure {
  std::string address;  ///< `route.shop.example.com/*`
  std::string zone;     ///< may be empty
  std::string state;    ///< `leads to it`, `is to be created`, `is blocked: …`
};

/// Where a Worker comes from, and how it is with it. Holds no value of a binding and none of a secret.
struct WorkerExplanation {
  std::string name;
  bool is_live = false;
  std::string owner;                       ///< `edge/production`; empty: nobody has claimed the live Worker
  std::string file;                        ///< manifest of the source; empty: it has none there
  int line = 0;                            ///< in that file; 0: unknown
  std::string revision;                    ///< of the manifests in force, where `file` is one of them
  std::string live_revision;               ///< as the active version says; empty: unknown
  std::string live_file;                   ///< manifest of which it was made; empty: unknown
  std::string version;                     ///< that is active; empty: unknown, or several are
  std::string since;                       ///< RFC 3339; empty: unknown
  std::vector<std::string> split{};        ///< `<version> 10 %`, where several versions are active
  VersionMaker maker{};                    ///< of the active version
  std::string state;                       ///< what the plan does with it, in a phrase
  std::vector<std::string> differences{};  ///< `compatibility_date`, `binding GREETING (drift)`; never a value
  std::optional<Block> block{};            ///< why it is held back
  std::vector<std::string> waits_for{};    ///< addresses of what has to succeed first
  std::vector<ExplainedExposure> exposure{};
  std::vector<BoundWorker> binds{};
  std::vector<BoundWorker> bound_by{};
  std::vector<std::string> consumes{};  ///< queues
  std::vector<std::string> unknown{};   ///< what was not read, and might add to this
};

/// `name`: with or without `worker.`. Nothing: neither the account nor the source has such a Worker.
std::optional<WorkerExplanation> explain_worker(const Plan& plan, std::string_view name);

/// What is not known is null.
Json to_json(const WorkerExplanation& explanation);

/// The same for a person, with a newline at the end of each line.
std::string as_text(const WorkerExplanation& explanation);

}  // namespace plumbline::reconciler
