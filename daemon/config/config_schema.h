#pragma once

#include "manifests/documents/schema.h"

namespace plumbline::daemon {

/// The schema of plumbline.yaml.
const manifests::Shape& config_shape();

}  // namespace plumbline::daemon
