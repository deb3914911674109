#pragma once

#include "simulator/bindings.h"
#include "simulator/call.h"
#include "simulator/changes.h"

namespace plumbline::simulator {

/// PATCH settings: absent members stay, `bindings` replaces the whole array, annotations are not inherited. Makes a
/// version and deploys it. 10214 if the latest version is not the deployed one.
Try<void> patch_settings(World& world, Worker& worker, const JsonObject& patch, Inherit inherit, const Actor& actor);

/// The JSON in the form's part `settings`. 400/10001 for a body of JSON.
Try<JsonObject> settings_of_form(const Call& call);

}  // namespace plumbline::simulator
