#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "daemon/systemd/passed_sockets.h"
#include "net/http_server.h"

namespace plumbline::daemon {

/// Serves at an address of the configuration: binds it, or takes the socket of `sockets` that it names
/// (`systemd:listen`); they may be null. With `tls` it speaks HTTPS. Every answer of the handler gets the headers of
/// security_headers.h. The error says why that does not work.
Result<std::unique_ptr<net::HttpServer>> serve_at(const net::Executor& io, const std::string& address,
                                                  const PassedSockets* sockets, net::Handler handler,
                                                  net::ServerLimits limits, net::ServerTlsSource tls);

}  // namespace plumbline::daemon
