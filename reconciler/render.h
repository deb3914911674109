#pragma once

#include <string>

#include "base/json.h"
#include "reconciler/plan.h"

namespace plumbline::reconciler {

enum class Colour { off, on };

/// The plan in Terraform's manner, for a terminal.
std::string render_text(const Plan& plan, Colour colour);

/// The plan as one JSON document, Terraform-shaped; the same plan is the same bytes.
Json render_json(const Plan& plan);

/// `sha256:…` over what an apply would do: account, source, addresses, actions, before, after, operations and module
/// digests of what changes, and why something is held back; not over revision, file, time or drift.
std::string plan_digest(const Plan& plan);

}  // namespace plumbline::reconciler
