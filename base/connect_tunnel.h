#pragma once

#include <string>
#include <string_view>

#include "base/secret.h"

/// What is said with a proxy that opens tunnels by CONNECT (RFC 9110, 9.3.6), as text alone: the API's client and the
/// child that fetches git speak to it over streams of their own.
namespace plumbline {

/// `git.example.com:443`, `[2001:db8::1]:443`: the host without brackets.
std::string tunnel_authority(std::string_view host, std::string_view port);

/// The request for a tunnel to that authority. `credentials` are `user:password` for Basic (RFC 7617), empty for none:
/// wipe what comes back.
std::string tunnel_request(std::string_view authority, const Secret& credentials);

/// What may help where the proxy answers with `status`, ` (it wants user and password)`; empty where nothing is known.
std::string_view tunnel_advice(int status, const Secret& credentials);

}  // namespace plumbline
