#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iterator>

#include "tests/support/children.h"
#include "tests/unit/manifests/fetch_support.h"

// Servers that are silent, refuse, lead elsewhere or send too much.
namespace plumbline::manifests {
namespace {

using namespace std::chrono_literals;
using test::contains_any;
using test::loopback_url;
using test::outcome;
using test::Remote;
using test::TempFolder;
using testing::run_child;

}  // namespace

TEST_CASE("a silent peer ends the fetch at its deadline") {
  const test::SilentPeer peer;
  const TempFolder folder;
  for (const char* scheme : {"git", "http"}) {
    CAPTURE(scheme);
    const auto begin = std::chrono::steady_clock::now();
    const FetchRequest request{.url = loopback_url(scheme, peer),
                               .ref = "refs/heads/main",
                               .mirror = folder.path("mirror"),
                               .deadline = 700ms};
    // On a busy machine the child may have begun too late to say it itself.
    const auto told = outcome(request);
    CHECK_MESSAGE(
        (told.ends_with(": the server is silent") || told.ends_with(": the child process did not end within 700 ms")),
        told);
    CHECK(std::chrono::steady_clock::now() - begin < 5s);
  }
}

TEST_CASE("a peer that is silent under TLS ends the fetch with a reason before the deadline") {
  const test::SilentPeer peer;
  const TempFolder folder;
  const FetchRequest request{
      .url = loopback_url("https", peer), .ref = "refs/heads/main", .mirror = folder.path("mirror"), .deadline = 8s};
  CHECK(outcome(request) == "error: cannot fetch from " + request.url + ": TLS: the server is silent");
}

TEST_CASE("a peer that is silent under ssh ends the fetch at its deadline") {
  const test::SilentPeer peer;
  const TempFolder folder;
  REQUIRE(run_child({.program = "/usr/bin/ssh-keygen",
                     .arguments = {"-q", "-t", "ed25519", "-N", "", "-f", folder.path("key")},
                     .max_output = 1000,
                     .deadline = 30s}));
  std::ifstream key(folder.path("key"));
  const FetchRequest request{.url = loopback_url("ssh", peer),
                             .ref = "refs/heads/main",
                             .mirror = folder.path("mirror"),
                             .ssh_key = Secret(std::string(std::istreambuf_iterator<char>(key), {})),
                             .deadline = 700ms};
  CHECK(outcome(request) ==
        "error: cannot fetch from " + request.url + ": the child process did not end within 700 ms");
}

TEST_CASE("a peer that is not there is an error") {
  const TempFolder folder;
  std::string url;
  {
    const test::SilentPeer closed;
    url = loopback_url("http", closed);
  }
  CHECK(outcome({.url = url, .ref = "refs/heads/main", .mirror = folder.path("mirror"), .deadline = 20s})
            .starts_with("error: cannot fetch from " + url));
}

TEST_CASE("credentials go to the server that asks, once, and into no message") {
  const test::FixedAnswer server(
      "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"git\"\r\n"
      "Content-Length: 0\r\nConnection: close\r\n\r\n");
  const TempFolder folder;
  FetchRequest request{
      .url = loopback_url("http", server), .ref = "refs/heads/main", .mirror = folder.path("mirror"), .deadline = 20s};
  CHECK(outcome(request) ==
        "error: cannot fetch from " + request.url + ": it asks for a user and password, or does not exist");
  const auto without = server.requests().size();
  request.username = "robot";
  request.password = Secret("canary-4711");
  CHECK(outcome(request) == "error: cannot fetch from " + request.url + ": the user and password were refused");
  const auto requests = server.requests();
  const auto with = std::count_if(requests.begin(), requests.end(), [](const std::string& head) {
    return head.contains("Authorization: Basic cm9ib3Q6Y2FuYXJ5LTQ3MTE=");  // robot:canary-4711
  });
  CHECK(with == 1);
  CHECK(requests.size() > without);
}

TEST_CASE("a redirect is not followed, wherever it leads") {
  const test::FixedAnswer target("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
  const std::string elsewhere = loopback_url("http", target);
  for (const auto& location : {elsewhere + "/info/refs", elsewhere + "/info/refs?service=git-upload-pack",
                               std::string("/other.git/info/refs?service=git-upload-pack")}) {
    CAPTURE(location);
    const test::FixedAnswer server("HTTP/1.1 302 Found\r\nLocation: " + location +
                                   "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    const TempFolder folder;
    const FetchRequest request{.url = loopback_url("http", server),
                               .ref = "refs/heads/main",
                               .mirror = folder.path("mirror"),
                               .deadline = 20s};
    CHECK(outcome(request) == "error: cannot fetch from " + request.url + ": it redirects to " + location +
                                  ", and redirects are not followed; write the URL that it has now");
    CHECK(server.requests().size() == 1);
  }
  CHECK(target.requests().empty());
}

TEST_CASE("a remote that sends more than the limit is an error and leaves no pack behind") {
  const Remote remote;
  std::string noise;
  for (unsigned i = 0, state = 1; i < 400'000; ++i) {
    state = state * 1'664'525U + 1'013'904'223U;
    noise += static_cast<char>(state >> 24U);
  }
  remote.commit(noise);
  auto request = remote.request();
  request.max_bytes = 100'000;
  CHECK(outcome(request).starts_with("error: "));
  CHECK_FALSE(contains_any(request.mirror, "pack-"));
  request.max_bytes = 10'000'000;
  CHECK_FALSE(outcome(request).starts_with("error: "));
}

TEST_CASE("ssh without a key that can be used is refused before anybody is asked") {
  const test::SilentPeer peer;
  const TempFolder folder;
  FetchRequest request{.url = "ssh://git@127.0.0.1:" + std::to_string(peer.port()) + "/a",
                       .ref = "refs/heads/main",
                       .mirror = folder.path("mirror"),
                       .deadline = 20s};
  CHECK(outcome(request) ==
        "error: cannot fetch from " + request.url + ": it needs credentials with ssh_key and known_hosts");
  request.ssh_key = Secret("canary-4711");
  const auto message = outcome(request);
  CHECK(message.contains("the ssh key is not a private key"));
  CHECK_FALSE(message.contains("canary"));
}

}  // namespace plumbline::manifests
