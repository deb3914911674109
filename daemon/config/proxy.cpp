#include "daemon/config/proxy.h"

#include <utility>

namespace plumbline::daemon {

Result<std::shared_ptr<const net::Proxy>> proxy_from(const Environment& environment) {
  const char* name = environment.get("https_proxy") ? "https_proxy" : "HTTPS_PROXY";
  const auto url = environment.get(name);
  if (!url) return nullptr;
  auto direct = environment.get("no_proxy");
  if (!direct) direct = environment.get("NO_PROXY");
  auto proxy = net::parse_proxy(*url, direct.value_or(""));
  if (!proxy) return fail(std::string(name) + ": " + proxy.error().message);
  return std::make_shared<const net::Proxy>(std::move(*proxy));
}

}  // namespace plumbline::daemon
