#pragma once

#include <string>

#include "base/json.h"

/// /api/v1/sources/<source>/drift for a person. Pure.
namespace plumbline::daemon {

/// What has drifted of each Worker, who changed it, and what can be done about it.
std::string drift_text(const Json& drift);

/// The entries of `ignore` by Worker, as YAML that a manifest takes under `spec`.
std::string ignore_text(const Json& drift);

/// One value that stays as it is in git: where it stands, and why.
std::string refused_text(const Json& refused);

}  // namespace plumbline::daemon
