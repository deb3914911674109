#pragma once

#include <cstddef>

#include "api/workers.h"
#include "net/awaitable.h"
#include "reconciler/model/plan.h"

namespace plumbline::reconciler {

using net::Awaitable;

/// Sends a planned put_domain, whichever of two answers the service gives. The newest schema of PUT workers/domains
/// (SDK 7.3.0) has hostname, service and zone alone; field reports of the same months send `override_existing_origin`
/// and `override_existing_dns_record` to it. So this sends what the manifest states. If the service refuses that, it
/// leaves the overrides out and sends the rest again. It never leaves out `enabled` and `previews_enabled`: they are no
/// permission but a state, and the call would not do what the manifest asks for.
///
/// A domain may move from a Worker of ours, or be one that the manifest may take over. One call moves it, if the
/// service does so. If the service says that another Worker has the hostname (100116), this sends the override. If the
/// service refuses the override, this deletes the domain and makes it anew.
///
/// `change` outlives the call. Each call that this sends adds one to `calls`.
Awaitable<api::Result<JsonObject>> send_domain(api::Account account, const ExposureChange* change, std::size_t* calls);

}  // namespace plumbline::reconciler
