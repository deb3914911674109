#include "manifests/sources/git/git_tunnel.h"

#include <doctest/doctest.h>

namespace plumbline::manifests {
namespace {

FetchProxy proxy_with(std::string_view credentials) {
  return {.host = "proxy.example", .port = 3128, .credentials = Secret(credentials)};
}

TEST_CASE("an answer ends with its empty line, and opens the tunnel with 2xx alone") {
  CHECK_FALSE(is_tunnel_answer("HTTP/1.1 200 OK\r\nVia: x\r\n"));
  CHECK(is_tunnel_answer("HTTP/1.1 200 OK\r\nVia: x\r\n\r\n"));
  const auto refusal = [](const char* line, std::string_view credentials = "") {
    return tunnel_refusal(proxy_with(credentials), "git.example:443", line).value_or("open");
  };
  CHECK(refusal("HTTP/1.1 200 OK\r\n\r\n") == "open");
  CHECK(refusal("HTTP/1.0 204 Connection established\r\n\r\n") == "open");
  CHECK(refusal("HTTP/1.1 403 Forbidden\r\n\r\n") ==
        "the proxy proxy.example:3128 opens no tunnel to git.example:443: 403");
  CHECK(refusal("HTTP/1.1 407 x\r\n\r\n").ends_with(": 407 (it wants user and password)"));
  CHECK(refusal("HTTP/1.1 407 x\r\n\r\n", "a:b").ends_with(": 407 (it does not take this user and password)"));
  for (const auto* odd : {"", "\r\n\r\n", "SSH-2.0-OpenSSH\r\n\r\n", "HTTP/1.1200 OK\r\n\r\n", "HTTP/1.1 2x0\r\n\r\n",
                          "HTTP/2 200\r\n\r\n"}) {
    CAPTURE(odd);
    CHECK(refusal(odd) == "the proxy proxy.example:3128 does not speak HTTP/1.1");
  }
}

}  // namespace
}  // namespace plumbline::manifests
