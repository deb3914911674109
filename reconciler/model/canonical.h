#pragma once

#include <optional>
#include <string_view>

#include "base/json.h"

/// The canonical form: one pure function applied to desired and live settings alike, so that what
/// the service fills in, reorders or writes as null is no difference. Facts: the Workers API's
/// reads as recorded from the service (order of bindings is its own; `environment: production` on
/// service bindings; D1 with `id` and `database_id`; observability expanded; null, [] and absent
/// alike for lists).
namespace plumbline::reconciler {

/// Takes settings as the API reads or writes them (`bindings` an array) or as a manifest holds them
/// (`bindings` an object by name). Gives an object of the API's names where
///   - `bindings` is an object by name, without secrets (`secret_text`, `secret_key`) and without
///   `name` inside,
///   - lists that are sets (`compatibility_flags`, `tags`) are sorted and without duplicates,
///   reserved tags are gone,
///   - `tail_consumers` are sorted by service,
///   - `placement` has one form: `{mode: smart}`, `{mode: targeted, region: …}`, {},
///   - values that equal the service's default are as if they were left out,
///   - `annotations` and everything read-only is gone.
JsonObject canonical_settings(const JsonObject& settings);

/// Live settings in canonical form with the service's defaults filled in where it leaves them out
/// (`SettingFact::defaults`), so that a manifest may state a default.
JsonObject with_service_defaults(JsonObject canonical_live);

/// One of these settings: what with_service_defaults() of the canonical form of all live settings has under `name`.
/// `live` may be null: the service leaves it out.
std::optional<Json> canonical_setting(std::string_view name, const Json* live);
/// Whether that is `live` as it stands.
bool is_canonical(std::string_view name, const Json* live);

/// Whether a live value is one of the service's ways to say "not set": missing, null, [], {}, false, or an object that
/// is switched off.
bool is_unset(const Json* live);

/// Names of the bindings whose value cannot be read: what the account holds as secrets. `bindings` in the API's form;
/// may be null.
std::vector<std::string> secret_names(const Json* bindings);

/// Whether `live` holds what `desired` states: inside a stated object only stated keys are
/// compared, recursively. Lists and scalars are compared whole. A live value that is missing equals
/// null, [], {} and false.
bool satisfies(const Json* live, const Json& desired);

/// Like satisfies() for one binding: beyond the stated keys, an optional key of a known type that
/// the manifest leaves out must not be set live (a dropped `entrypoint` is a change); what the
/// service adds by itself does not count.
bool binding_satisfies(const JsonObject& live, const JsonObject& desired);

/// A live value as far as the manifest states it: in the manifest's own words where it is so, else what is live;
/// nothing where it is not set. The same however much of it a read tells, so that a plan's digest does not depend on
/// how the account was read.
std::optional<Json> as_stated(const Json* live, const Json& stated);

/// Settings that belong to the script and not to a version: PATCH script-settings changes them
/// without a deployment.
bool is_script_setting(std::string_view key);

}  // namespace plumbline::reconciler
