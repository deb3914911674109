#pragma once

#include <memory>
#include <vector>

#include "base/json.h"
#include "simulator/call.h"
#include "simulator/state.h"

namespace plumbline::simulator {

/// An upload as it came: metadata and modules.
struct UploadForm {
  JsonObject metadata;
  std::vector<Module> modules;
};

/// Reads the body of PUT script and POST versions. Parts are resolved by file name. A body that is
/// not multipart is a service worker, `worker.js`. 400/10021 without metadata, 10026 for broken
/// bodies.
Try<UploadForm> read_upload(const Call& call);

/// The same for PUT content, where two headers may stand in for the metadata.
Try<UploadForm> read_content_upload(const Call& call);

/// The code of an upload; null if it has none, which is allowed for Workers of assets alone.
Try<std::shared_ptr<const Code>> code_of(const UploadForm& form, bool has_assets);

}  // namespace plumbline::simulator
