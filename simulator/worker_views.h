#pragma once

#include <string>

#include "base/json.h"
#include "simulator/state.h"
#include "simulator/world.h"

/// Workers, versions and deployments as answers show them.
namespace plumbline::simulator {

/// 64 hex digits; a Worker that only has assets has one, too.
std::string etag_of(const Version& version);

/// How long the code took to start. The number is made up, but always the same for the same code.
int startup_time_of(const Version& version);

/// One item of GET …/workers/scripts, as JSON text. Made once per change, owned by the Worker.
const std::string& list_item(const World& world, const Worker& worker);

/// Code as it was uploaded: a form for modules, the text itself for a service worker, 204 for a Worker that only has
/// assets.
Answer code_answer(const Version& version);

/// The answer to an upload.
JsonObject upload_view(const Worker& worker, const Version& version);

/// GET …/versions/{id}
JsonObject version_view(const World& world, const Worker& worker, const Version& version);

/// GET /workers/workers/{worker}/versions/{id} without the code; also an item of the list of versions.
JsonObject beta_version_view(const World& world, const Worker& worker, const Version& version);

/// `modules` of such a version: `{name, content_type, content_base64}`.
JsonArray beta_modules_view(const Version& version);

/// An item of GET …/versions
JsonObject version_item(const Version& version);

JsonObject deployment_view(const Deployment& deployment);

}  // namespace plumbline::simulator
