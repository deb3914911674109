#pragma once

#include <string>
#include <string_view>

#include "base/secret.h"

/// The text of a CONNECT exchange with a proxy that opens tunnels (RFC 9110, 9.3.6). It is text alone, because two
/// programs use it over streams of their own: the API's client, and the child that fetches git.
namespace plumbline {

/// Host and port as CONNECT wants them: `git.example.com:443`, `[2001:db8::1]:443`. `host` comes without brackets.
std::string tunnel_authority(std::string_view host, std::string_view port);

/// The request for a tunnel to `authority`. `credentials` are `user:password` for Basic (RFC 7617); empty means none.
/// The caller wipes the result, which holds them.
std::string tunnel_request(std::string_view authority, const Secret& credentials);

/// Advice for a proxy that answered with `status`, such as ` (it wants user and password)`; empty if there is none.
std::string_view tunnel_advice(int status, const Secret& credentials);

}  // namespace plumbline
