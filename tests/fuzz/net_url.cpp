#include "net/url.h"

#include "net/http.h"
#include "tests/fuzz/fuzz.h"

namespace plumbline::fuzz {

void run(std::string_view input) {
  if (const auto url = net::parse_base_url(input)) {
    require(!url->origin.host.empty() && url->origin.port != 0, "an origin has a host and a port");
    require(!url->prefix.ends_with('/'), "a prefix has no slash at its end");
    require(url->origin.scheme == net::Scheme::https || net::is_loopback(url->origin.host),
            "no token travels in the clear");
  }
  require(net::percent_decode(net::percent_encode(input)) == input, "what is encoded decodes to itself");
  (void)net::percent_decode(input);
  (void)net::path_of(input);
  (void)net::query_parameter(input, "page");
}

}  // namespace plumbline::fuzz
