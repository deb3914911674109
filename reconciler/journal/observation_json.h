#pragma once

#include <optional>

#include "reconciler/model/live.h"

namespace plumbline::reconciler {

/// An observation as the journal's file holds it: one JSON document. Holds names and keyed fingerprints of secrets,
/// never a value.
Json to_json(const Observation& observation);

/// Nothing if the document is not one of ours: it is then observed anew.
std::optional<Observation> observation_from_json(Json document);

}  // namespace plumbline::reconciler
