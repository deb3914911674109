#include "manifests/documents/hosts.h"

#include <doctest/doctest.h>

namespace plumbline::manifests {

TEST_CASE("a route is a host and a path, with stars at both ends alone") {
  for (const char* good :
       {"example.com", "example.com/*", "*example.com/*", "*.example.com/*", "a.EXAMPLE.com/x", "*/*", "*", "*.com/*",
        "https://a.example.com/*", "http://*.example.com/a*", "example.com*", "xn--bcher-kva.example/*",
        "a_b.example.com", "example.com/a:b", "example.com/http://x", "https://*/*"}) {
    CHECK_MESSAGE(!route_pattern_problem(good), good);
  }
  CHECK(route_pattern_problem("") == "may not be empty");
  CHECK(route_pattern_problem("/api/*") == "must begin with a host, as in shop.example.com/*");
  CHECK(route_pattern_problem("https://") == "must begin with a host, as in shop.example.com/*");
  for (const char* port :
       {"example.com:8443/*", "example.com:80", "*:443/*", "https://example.com:443/", "[::1]:80/x"}) {
    CHECK_MESSAGE(route_pattern_problem(port) == "may hold no port", port);
  }
  for (const char* other : {"ftp://example.com/", "ws://example.com"}) {
    CHECK_MESSAGE(route_pattern_problem(other) == "may begin with http:// or https://, and with no other scheme",
                  other);
  }
  for (const char* star : {"a.*.example.com/*", "a*.example.com/*", "example.com/*/x", "**", "**.example.com", "*/*/*",
                           "example.com/**", "example.com*/x"}) {
    CHECK_MESSAGE(route_pattern_problem(star) == "may hold * only before the host and at the end", star);
  }
  for (const char* more : {"example.com/?a", "example.com/#a", "example.com/a b", "example.com/\t"}) {
    CHECK_MESSAGE(route_pattern_problem(more) == "may hold no query, fragment or blank", more);
  }
  for (const char* odd : {"user@example.com/*", "exa$mple.com", "(example).com"}) {
    CHECK_MESSAGE(route_pattern_problem(odd) == "must begin with a host of letters, digits, dots, - and _", odd);
  }
}

TEST_CASE("an international host is told to be written in punycode, wherever a host stands") {
  constexpr const char* kPunycode =
      "may hold only ASCII: write an international host in punycode, as in xn--bcher-kva.example";
  CHECK(hostname_problem("bücher.example") == kPunycode);
  CHECK(zone_name_problem("bücher.example") == kPunycode);
  CHECK(route_pattern_problem("*.bücher.example/*") == kPunycode);
  CHECK_FALSE(route_pattern_problem("example.com/bücher"));
  CHECK_FALSE(hostname_problem("xn--bcher-kva.example"));
}

TEST_CASE("a pattern names a host where more than a star stands for it") {
  CHECK(names_host("example.com/*"));
  CHECK(names_host("https://*.example.com"));
  CHECK_FALSE(names_host("*/*"));
  CHECK_FALSE(names_host("https://*/x"));
  CHECK(host_of_pattern("https://*.example.com/a/b") == "*.example.com");
}

}  // namespace plumbline::manifests
