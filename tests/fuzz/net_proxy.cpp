#include "net/proxy.h"
#include "tests/fuzz/fuzz.h"

// A proxy as the environment names it: HTTPS_PROXY, NO_PROXY, and a host that is asked about, one a line.
namespace plumbline::fuzz {

void run(std::string_view input) {
  const auto url = take_line(input);
  const auto no_proxy = take_line(input);
  const auto proxy = net::parse_proxy(url, no_proxy);
  if (!proxy) return require(!proxy.error().message.empty(), "a refusal says why");
  require(!proxy->host.empty() && proxy->port != 0, "a proxy has an address");
  require(!proxy->credentials.reveal().contains('\n'), "credentials fit into a field");
  require(proxy->serves(input) == proxy->serves(input), "the answer is always the same");
  const auto everything = net::parse_proxy(url, "*");
  require(everything && !everything->serves(input), "a star means every host");
}

}  // namespace plumbline::fuzz
