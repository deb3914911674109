#pragma once

#include "base/json.h"
#include "base/result.h"
#include "simulator/answer.h"
#include "simulator/world.h"

namespace plumbline::simulator {

/// An edit as a person makes it in the dashboard: source `dash`, a new version, no annotations. `request` is `{worker,
/// action, name?, value?}`; the answer describes the result.
///
/// | action | name | value |
/// |---|---|---|
/// | set-var | variable | text, or JSON |
/// | set-secret, delete-secret | secret | its text |
/// | edit-code | module (default: the main one) | its new text |
/// | add-route, delete-route | - | pattern |
/// | set-cron | - | expression, or a list of them |
/// | set-setting | field of the API, or `subdomain` | its value; null clears |
/// | delete-worker | - | - |
/// | rollback | - | version id (default: the one before) |
/// | split | - | per cent for the latest version (default 50) |
Try<JsonObject> edit(World& world, const JsonObject& request);

/// Changes switches at run time: `latency_ms`, `jitter_ms`, `rate_limit` (text or null), `worker_limit` (number or
/// null: how many Workers the account may have), `dns_records` (hostnames that have a DNS record), and every semantics
/// switch by its name.
Result<void> change_settings(World& world, const JsonObject& change);

JsonObject settings_to_json(const World& world);

}  // namespace plumbline::simulator
