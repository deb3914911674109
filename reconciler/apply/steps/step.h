#pragma once

#include <chrono>
#include <string>
#include <variant>

#include "api/error.h"
#include "base/json.h"
#include "base/result.h"
#include "reconciler/model/live.h"
#include "reconciler/model/plan.h"

/// A step is what an apply does next for one change. The pure classes of this room name the steps. The coroutines
/// around them carry each step out and tell the class what came of it.
namespace plumbline::reconciler {

template <class T>
using Answer = Result<T, api::Error>;

namespace step {

/// Look whether what is live still is what the change was planned against.
struct Look {};

/// Open a session and upload the files that the service asks for.
struct BringAssets {};

struct Call {
  const PlannedCall* call = nullptr;
  bool makes = false;  ///< this upload makes the Worker
};

/// Look whether the upload that should make the Worker met one that was there before.
struct ProveMade {
  std::string version{};  ///< the upload made it; empty: the answer does not tell, or is lost
};

/// Note in the journal that the upload met one.
struct NoteUncertain {
  UncertainCreate create{};
};

/// Note in the journal that the newest version is not the active one: the next plan takes the way that works.
struct NoteUndeployed {};

/// Note in the journal, before the first call, that what the manifest asks for is ours.
struct NoteBegun {};

/// Remember the state that all calls together leave behind.
struct Remember {};

/// Write one route or custom domain (ExposureSteps).
struct Expose {
  const ExposureChange* exposure = nullptr;
};

/// Find out what the id of the route or domain means now: the next call deletes by this id.
struct Find {};
enum class Still { there, gone, another };

/// Remember where the route or domain leads now.
struct RememberExposure {
  std::string id{};  ///< the service's; empty: there is no such route or domain any more
};

}  // namespace step

/// A step of a Worker's change.
using Step = std::variant<step::Look, step::BringAssets, step::Call, step::ProveMade, step::NoteUncertain,
                          step::NoteUndeployed, step::Remember, step::Expose>;

/// A step of a ZoneWorker's change.
using ZoneStep = std::variant<step::Look, step::NoteBegun, step::Call, step::Remember>;

/// A step of the change of a route or a custom domain.
using ExposureStep = std::variant<step::Look, step::Find, step::Call, step::RememberExposure>;

/// What came of a call on a Worker.
struct Called {
  Answer<JsonObject> answer;
  bool seen = false;                 ///< the answer is lost, but reads show the write
  std::chrono::microseconds took{};  ///< how long the call was under way
};

}  // namespace plumbline::reconciler
