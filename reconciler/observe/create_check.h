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

/// Looks whether the upload that was to make a Worker met one that was there.
struct CreateCheck {
  api::Account account;
  const WorkerChange* change = nullptr;  ///< outlives the task
  std::string made;                      ///< the version that the upload made; empty: the active one
  std::chrono::milliseconds read_lag{};  ///< how long reads may be behind the upload
  std::function<bool()> stopping;        ///< no further look once it says so; may be empty
};

/// The version that was active before; nothing if there was none, or if it was our own upload of the same, whose answer
/// was lost. Looks again, with growing pauses, until the deployments show the version that was made. The error of the
/// last look if they never do.
Awaitable<api::Result<std::optional<std::string>>> version_before(CreateCheck check);

}  // namespace plumbline::reconciler
