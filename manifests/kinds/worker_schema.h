#pragma once

#include "manifests/documents/schema.h"

namespace plumbline::manifests {

/// A whole document of `kind: Worker`.
const Shape& worker_shape();

/// A whole document of `kind: Defaults`. Its spec is a layer.
const Shape& defaults_shape();

/// The `spec` of a Worker.
const Shape& spec_shape();

/// The name of a Worker.
const Shape& worker_name_shape();

/// Whether a field of `spec` is passed on to the upload's metadata under its own name.
bool is_setting(std::string_view spec_field);

}  // namespace plumbline::manifests
