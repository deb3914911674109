#pragma once

#include <memory>
#include <vector>

#include "base/json.h"
#include "simulator/call.h"
#include "simulator/state.h"

namespace plumbline::simulator {

/// An upload as received: metadata and modules.
struct UploadForm {
  JsonObject metadata;
  std::vector<Module> modules;  ///< and parts that are the value of a binding, by their name
};

/// Reads the body of PUT script and POST versions. Modules are found by file name, the `body_part` of a service worker
/// by the name of its part, then by file name. A body that is not multipart is a service worker, `worker.js`; 400/10001
/// if its type is another than that of JavaScript. 400/10021 without metadata, 10026 for malformed bodies.
Try<UploadForm> read_upload(const Call& call);

/// The same for PUT content, where two headers name the entry if the metadata, which may be missing, does not.
Try<UploadForm> read_content_upload(const Call& call);

/// The code of an upload. 400/10021 for types that modules, or the entry, cannot have. Null if it has none, which is
/// allowed for Workers that only have assets.
Try<std::shared_ptr<const Code>> code_of(const UploadForm& form, bool has_assets);

}  // namespace plumbline::simulator
