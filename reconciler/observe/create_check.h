#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "api/workers.h"
#include "net/awaitable.h"
#include "reconciler/model/plan.h"

namespace plumbline::reconciler {

using net::Awaitable;

/// Checks whether an upload that was to make a Worker met an existing one.
struct CreateCheck {
  api::Account account;
  const WorkerChange* change = nullptr;  ///< must outlive the task
  std::string made;                      ///< the version that the upload made; empty: the active version
  std::chrono::milliseconds read_lag{};  ///< how long reads may lag behind the upload
  std::function<bool()> stopping;        ///< no further read once it returns true; may be empty
};

/// The version that was active before the upload. Nothing if there was none, or if it was our own earlier upload of the
/// same content, whose answer was lost. Reads the deployments again, with growing pauses, until they show the version
/// that the upload made. If they never do, returns the error of the last read.
Awaitable<api::Result<std::optional<std::string>>> version_before(CreateCheck check);

}  // namespace plumbline::reconciler
