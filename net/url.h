#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "net/byte_stream.h"

namespace plumbline::net {

/// The base address of an API: origin and path prefix, the prefix without a slash at the end.
struct BaseUrl {
  Origin origin;
  std::string prefix;
};

/// Reads `https://api.cloudflare.com/client/v4`. Refused: schemes other than http and https, user information, query
/// and fragment, and plain http to a host that is not loopback, because the token would travel in the clear. Errors do
/// not repeat the address.
Result<BaseUrl> parse_base_url(std::string_view url);

/// Whether the host is `localhost`, in 127.0.0.0/8, or ::1.
bool is_loopback(std::string_view host);

}  // namespace plumbline::net
