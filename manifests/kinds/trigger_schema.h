#pragma once

#include "manifests/documents/schema.h"

/// Tables for the fields of `spec` that are not settings: exposure, queue consumers, workflows, assets and migrations.
namespace plumbline::manifests {

const Shape& routes_shape();
const Shape& domains_shape();
const Shape& queue_consumers_shape();
const Shape& workflows_shape();
const Shape& assets_shape();
const Shape& migrations_shape();

/// `filters` of a ZoneWorker.
const Shape& filters_shape();

}  // namespace plumbline::manifests
