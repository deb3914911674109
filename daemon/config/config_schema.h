#pragma once

#include "manifests/documents/schema.h"

namespace plumbline::daemon {

/// What plumbline.yaml may hold, field by field.
const manifests::Shape& config_shape();

}  // namespace plumbline::daemon
