#include "net/url.h"

#include <doctest/doctest.h>

namespace plumbline::net {
namespace {

TEST_CASE("a base address is split into origin and prefix") {
  const auto url = parse_base_url("https://api.cloudflare.com/client/v4");
  REQUIRE(url);
  CHECK(url->origin == Origin{Scheme::https, "api.cloudflare.com", 443});
  CHECK(url->prefix == "/client/v4");
}

TEST_CASE("a slash at the end of a base address does not count") {
  CHECK(parse_base_url("https://a.example/v4///")->prefix == "/v4");
  CHECK(parse_base_url("https://a.example/")->prefix.empty());
  CHECK(parse_base_url("https://a.example")->prefix.empty());
}

TEST_CASE("ports and loopback addresses are understood") {
  CHECK(parse_base_url("http://127.0.0.1:8787/client/v4")->origin == Origin{Scheme::http, "127.0.0.1", 8787});
  CHECK(parse_base_url("http://[::1]:80")->origin == Origin{Scheme::http, "::1", 80});
  CHECK(parse_base_url("http://localhost")->origin == Origin{Scheme::http, "localhost", 80});
  CHECK(parse_base_url("HTTPS://API.Example:8443")->origin == Origin{Scheme::https, "api.example", 8443});
}

TEST_CASE("plain http is refused unless the host is loopback") {
  for (const std::string_view bad : {"http://api.cloudflare.com/client/v4", "http://10.0.0.1",
                                     "http://127.0.0.1.example", "http://localhost.example", "http://[fe80::1]"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_base_url(bad));
  }
}

TEST_CASE("what a base address may not hold is refused") {
  for (const std::string_view bad :
       {"", "api.cloudflare.com", "/client/v4", "ftp://a.example", "https://", "https://:443/x",
        "https://user:pass@a.example", "https://user@a.example", "https://a.example?x=1", "https://a.example/#x",
        "https://a.example:0", "https://a.example:99999", "https://a b.example", "https://a.example/\r\nX: y"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_base_url(bad));
  }
}

TEST_CASE("a password in a base address does not show in the error") {
  const auto url = parse_base_url("https://user:sesame@a.example");
  REQUIRE_FALSE(url);
  CHECK(url.error().message.find("sesame") == std::string::npos);
}

TEST_CASE("loopback is localhost and the addresses of RFC 6890") {
  for (const std::string_view host : {"localhost", "LOCALHOST", "127.0.0.1", "127.9.8.7", "::1"}) {
    CHECK(is_loopback(host));
  }
  for (const std::string_view host : {"", "0.0.0.0", "128.0.0.1", "::", "example.com"}) {
    CHECK_FALSE(is_loopback(host));
  }
}

}  // namespace
}  // namespace plumbline::net
