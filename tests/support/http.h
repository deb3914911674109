#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "base/json.h"
#include "net/http.h"

namespace plumbline::testing {

/// One exchange with a server on this machine, run to its end. Throws std::runtime_error if there is no answer.
net::HttpResponse http_exchange(std::uint16_t port, net::HttpRequest request,
                                std::chrono::seconds at_most = std::chrono::seconds(10));

net::HttpResponse http_get(std::uint16_t port, const std::string& target);

/// The body of a 200; anything else throws std::runtime_error, as does a body that is no JSON.
Json get_json(std::uint16_t port, const std::string& target);
Json post_json(std::uint16_t port, const std::string& target, const Json& body);

/// The port of `http://127.0.0.1:8787/client/v4`.
std::uint16_t port_of(const std::string& url);

/// A port of 127.0.0.1 that nobody listens at. Another process may take it before it is used: only for what cannot
/// listen on port 0 and tell.
std::uint16_t free_port();

}  // namespace plumbline::testing
