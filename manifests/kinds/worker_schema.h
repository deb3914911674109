#pragma once

#include "manifests/documents/schema.h"

namespace plumbline::manifests {

/// The whole of a `kind: Worker` document.
const Shape& worker_shape();

/// The whole of a `kind: Defaults` document. Its spec is a layer.
const Shape& defaults_shape();

/// What `spec` holds.
const Shape& spec_shape();

/// The name of a Worker.
const Shape& worker_name_shape();

/// Whether a field of `spec` is passed through to the upload's metadata under its own name.
bool is_setting(std::string_view spec_field);

}  // namespace plumbline::manifests
