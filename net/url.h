#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "net/byte_stream.h"

namespace plumbline::net {

/// The base address of an API: origin and path prefix, without a slash at the end.
struct BaseUrl {
  Origin origin;
  std::string prefix;
};

/// Reads `https://api.cloudflare.com/client/v4`. Refused: schemes other than http and https, user
/// information, query and fragment, and plain http to a host that is not loopback (the token would
/// travel in the clear).
Result<BaseUrl> parse_base_url(std::string_view url);

/// `localhost`, 127.0.0.0/8 and ::1.
bool is_loopback(std::string_view host);

}  // namespace plumbline::net
