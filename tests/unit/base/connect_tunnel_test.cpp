#include "base/connect_tunnel.h"

#include <doctest/doctest.h>

using namespace plumbline;

TEST_CASE("a tunnel is asked for by CONNECT, with user and password where the proxy has them") {
  CHECK(tunnel_request(tunnel_authority("git.example", "443"), Secret()) ==
        "CONNECT git.example:443 HTTP/1.1\r\nHost: git.example:443\r\n\r\n");
  CHECK(tunnel_request(tunnel_authority("2001:db8::1", "8443"), Secret("edge:secret")) ==
        "CONNECT [2001:db8::1]:8443 HTTP/1.1\r\nHost: [2001:db8::1]:8443\r\n"
        "Proxy-Authorization: Basic ZWRnZTpzZWNyZXQ=\r\n\r\n");
}

TEST_CASE("only an answer about credentials is met with advice about them") {
  for (const int status : {401, 407}) {
    CHECK(tunnel_advice(status, Secret()) == " (it wants user and password)");
    CHECK(tunnel_advice(status, Secret("a:b")) == " (it does not take this user and password)");
  }
  CHECK(tunnel_advice(403, Secret("a:b")).empty());
}
