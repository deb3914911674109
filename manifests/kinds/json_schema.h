#pragma once

#include "base/json.h"

namespace plumbline::manifests {

/// A JSON Schema (draft 2020-12, https://json-schema.org/draft/2020-12) of every kind of document, made
/// from the tables that the parser checks with. It judges one document by itself: what a Defaults above it
/// gives looks missing, and rules between fields or documents are left to the parser.
Json manifest_schema();

}  // namespace plumbline::manifests
