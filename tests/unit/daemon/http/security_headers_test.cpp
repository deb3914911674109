#include "daemon/http/security_headers.h"

#include <doctest/doctest.h>

namespace plumbline::daemon {
namespace {

TEST_CASE("every answer tells browsers to trust nothing in it, and over TLS to come by TLS again") {
  net::HttpResponse plain;
  add_security_headers(plain, Transport::plain);
  CHECK(plain.headers.get("X-Content-Type-Options") == "nosniff");
  CHECK(plain.headers.get("Referrer-Policy") == "no-referrer");
  CHECK(plain.headers.get("Content-Security-Policy") == "default-src 'none'; frame-ancestors 'none'");
  CHECK(plain.headers.get("Cache-Control") == "no-store");
  CHECK(plain.headers.get("Strict-Transport-Security").empty());

  net::HttpResponse secure;
  add_security_headers(secure, Transport::tls);
  CHECK(secure.headers.get("Strict-Transport-Security") == "max-age=31536000");
}

TEST_CASE("what an answer says itself stays") {
  net::HttpResponse page;
  page.headers.add("content-security-policy", "default-src 'self'");
  add_security_headers(page, Transport::plain);
  CHECK(page.headers.get("Content-Security-Policy") == "default-src 'self'");
}

}  // namespace
}  // namespace plumbline::daemon
