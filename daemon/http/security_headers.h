#pragma once

#include "net/http.h"

namespace plumbline::daemon {

enum class Transport { plain, tls };

/// Adds what every answer of the daemon's listeners says to browsers: take it as what it says it is, tell nobody where
/// it came from, load and frame nothing, keep no copy; over TLS, come by TLS again. A header that the answer has
/// already stays: a page knows better what it loads.
void add_security_headers(net::HttpResponse& response, Transport transport);

}  // namespace plumbline::daemon
