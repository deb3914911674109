#pragma once

#include <cstddef>

#include "api/workers.h"
#include "net/awaitable.h"
#include "reconciler/model/plan.h"

namespace plumbline::reconciler {

using net::Awaitable;

/// Sends a planned put_domain, whichever of two answers the service gives. The newest schema of PUT workers/domains
/// (SDK 7.3.0) has hostname, service and zone alone; field reports of the same months send `override_existing_origin`
/// and `override_existing_dns_record` to it. So
///   - what the manifest states is sent; where the service refuses that, the overrides are left out and the rest sent
///     again (`enabled` and `previews_enabled` are no permission but a state: to leave them out would not do what is
///     asked),
///   - a domain that moves from a Worker of ours, or that may be taken over, is moved by one call if the service does
///   so; if
///     it says that another Worker has the hostname (100116), the override is sent; if that is refused, the domain is
///     deleted and made anew.
/// `change` outlives the call; `calls` counts what was sent.
Awaitable<api::Result<JsonObject>> send_domain(api::Account account, const ExposureChange* change, std::size_t* calls);

}  // namespace plumbline::reconciler
