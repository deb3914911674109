#pragma once

#include <memory>

#include "api/assets.h"
#include "net/turnstile.h"
#include "reconciler/reconcile.h"

namespace plumbline::reconciler {

/// How many buckets of files an apply uploads at a time, over all its Workers. Each of them is in memory meanwhile.
/// Wrangler uploads as many.
inline constexpr std::size_t kAssetUploads = 3;

struct UploadedAssets {
  Secret token;           ///< the completion token: `assets.jwt` of the Worker's upload takes it, for an hour
  std::size_t calls = 0;  ///< calls that this took, the one that opened the session included
};

/// Opens a session for the assets of `change` and uploads the files that the service does not have yet. This changes
/// nothing that is live: only the upload of the Worker, which follows, makes the files its own. So an apply may break
/// it off and begin it again at any point. The pointers outlive the task.
Awaitable<api::Result<UploadedAssets>> upload_assets(const Scope* scope,
                                                     std::shared_ptr<const manifests::DesiredState> desired,
                                                     const WorkerChange* change, net::Turnstile* turn);

}  // namespace plumbline::reconciler
