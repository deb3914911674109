#pragma once

#include <memory>

#include "api/assets.h"
#include "net/turnstile.h"
#include "reconciler/reconcile.h"

namespace plumbline::reconciler {

/// The most uploads of files that are under way at a time, over all Workers of an apply: that many buckets are in
/// memory. As many as wrangler's.
inline constexpr std::size_t kAssetUploads = 3;

struct UploadedAssets {
  Secret token;           ///< the completion token, for `assets.jwt` of the Worker's upload; good for an hour
  std::size_t calls = 0;  ///< that were made, the session's first
};

/// Opens a session for the assets of `change` and uploads what the service does not have yet. Nothing of this changes
/// what is live, so that it can be broken off and begun again at any point: only the upload of the Worker that follows
/// makes the files its own. What is pointed at outlives the task.
Awaitable<api::Result<UploadedAssets>> upload_assets(const Scope* scope,
                                                     std::shared_ptr<const manifests::DesiredState> desired,
                                                     const WorkerChange* change, net::Turnstile* turn);

}  // namespace plumbline::reconciler
