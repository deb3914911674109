#pragma once

#include <span>

#include "manifests/documents/schema.h"

namespace plumbline::manifests {

/// Fields of wrangler's config that a manifest has under another name, or not at all, each refused with what to write
/// in its place: `vars`, `kv_namespaces`, `triggers`.
std::span<const Field> wrangler_words();

}  // namespace plumbline::manifests
