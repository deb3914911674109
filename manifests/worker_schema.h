#pragma once

#include "manifests/schema.h"

namespace plumbline::manifests {

/// The whole of a `kind: Worker` document.
const Shape& worker_shape();

/// The fields of `spec`.
const Table& spec_table();

/// Whether a field of `spec` is passed through to the upload's metadata under its own name.
bool is_setting(std::string_view spec_field);

}  // namespace plumbline::manifests
