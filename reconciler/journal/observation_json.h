#pragma once

#include <optional>

#include "reconciler/model/live.h"

namespace plumbline::reconciler {

/// An observation as the journal's file stores it: one JSON document. It holds names and keyed fingerprints of secrets,
/// never a value.
Json to_json(const Observation& observation);

/// Nothing if the document is not one of ours; the Worker is then observed again.
std::optional<Observation> observation_from_json(Json document);

}  // namespace plumbline::reconciler
