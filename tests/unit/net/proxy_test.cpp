#include "net/proxy.h"

#include <doctest/doctest.h>

namespace plumbline::net {
namespace {

std::string problem(std::string_view url) {
  const auto proxy = parse_proxy(url, "");
  return proxy ? "" : proxy.error().message;
}

bool served(std::string_view no_proxy, std::string_view host) {
  return parse_proxy("proxy.example:3128", no_proxy)->serves(host);
}

TEST_CASE("host, port and credentials come out of a proxy's address") {
  const auto plain = parse_proxy("http://Proxy.Example:3128/", "");
  REQUIRE(plain);
  CHECK(plain->host == "proxy.example");
  CHECK(plain->port == 3128);
  CHECK(plain->credentials.empty());
  CHECK(parse_proxy("127.0.0.1:8888", "")->host == "127.0.0.1");
  CHECK(parse_proxy("http://[::1]:8888", "")->host == "::1");
  const auto with_credentials = parse_proxy("http://us%40er:p%3Aa%2Fss@proxy.example:3128", "");
  REQUIRE(with_credentials);
  CHECK(with_credentials->credentials.reveal() == "us@er:p:a/ss");
  CHECK(parse_proxy("http://user@proxy.example:1", "")->credentials.reveal() == "user:");
}

TEST_CASE("an address that is no proxy's is refused without being repeated") {
  CHECK(problem("https://u:sesame@proxy.example:443").contains("must begin with http://"));
  CHECK(problem("socks5://proxy.example:1080").contains("must begin with http://"));
  CHECK(problem("http://proxy.example").contains("has no port"));
  CHECK(problem("http://proxy.example:0").contains("between 1 and 65535"));
  CHECK(problem("http://proxy.example:65536").contains("between 1 and 65535"));
  CHECK(problem("http://:3128").contains("no host"));
  CHECK(problem("http://proxy.example:1/path").contains("may not have a path, a query or a fragment"));
  CHECK(problem("http://proxy.example:1?q").contains("may not have a path, a query or a fragment"));
  CHECK(problem("http://u%3Av:w@proxy.example:1").contains("cannot be sent"));
  CHECK(problem("http://u:w%0Dx@proxy.example:1").contains("cannot be sent"));
  CHECK(problem("sesame sesame").contains("is not a URL"));
  for (const auto* url : {"https://u:sesame@h:1", "http://u:sesame@h", "http://u:sesame%0A@h:1", "u:sesame@"}) {
    CHECK_FALSE(problem(url).empty());
    CHECK_FALSE(problem(url).contains("sesame"));
  }
}

TEST_CASE("hosts of NO_PROXY and what is below them go without the proxy") {
  CHECK(served("", "api.cloudflare.com"));
  CHECK(served(" , ,", "api.cloudflare.com"));
  CHECK_FALSE(served("*", "api.cloudflare.com"));
  CHECK_FALSE(served("cloudflare.com", "api.cloudflare.com"));
  CHECK_FALSE(served("x.example, .CloudFlare.com", "API.cloudflare.com"));
  CHECK_FALSE(served("api.cloudflare.com", "api.cloudflare.com"));
  CHECK(served("flare.com", "api.cloudflare.com"));
  CHECK(served("eu.api.cloudflare.com", "api.cloudflare.com"));
  CHECK(served(".", "api.cloudflare.com"));
}

TEST_CASE("addresses and networks of NO_PROXY go without the proxy") {
  CHECK_FALSE(served("10.0.0.1", "10.0.0.1"));
  CHECK(served("10.0.0.1", "10.0.0.11"));
  CHECK_FALSE(served("10.0.0.0/8", "10.1.2.3"));
  CHECK(served("10.0.0.0/8", "11.1.2.3"));
  CHECK_FALSE(served("fd00::/8", "fd12::1"));
  CHECK(served("fd00::/8", "fe80::1"));
  CHECK(served("10.0.0.0/8", "fd00::1"));
  CHECK(served("10.0.0.0/nonsense,0.1", "10.0.0.1"));
}

}  // namespace
}  // namespace plumbline::net
