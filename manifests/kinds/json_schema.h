#pragma once

#include "base/json.h"

namespace plumbline::manifests {

/// A JSON Schema (draft 2020-12, https://json-schema.org/draft/2020-12) for documents of every kind, made from the
/// parser's own tables. It judges one document alone: fields that a Defaults provides look missing to it, and rules
/// between fields or documents are checked only by the parser.
Json manifest_schema();

}  // namespace plumbline::manifests
