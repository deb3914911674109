#include <doctest/doctest.h>

#include <string>

#include "tests/support/canary.h"
#include "tests/support/fetch.h"
#include "tests/support/files.h"
#include "tests/support/git_repository.h"
#include "tests/support/git_servers.h"
#include "tests/support/proxy_process.h"
#include "tests/support/workspace.h"

/// Fetches from the servers that people run, by the program itself as its own child.
namespace plumbline::testing {

namespace {

using manifests::FetchRequest;
using namespace std::chrono_literals;

/// A repository with one commit, and a folder for a server beside it.
struct World {
  World() {
    repository.write("a.yaml", "one");
    commit = repository.commit("one");
  }

  [[nodiscard]] FetchRequest request(std::string url) const {
    return {.url = std::move(url),
            .ref = "refs/heads/main",
            .mirror = (folder.path() / "mirror").string(),
            .deadline = 30s,
            .program = PLUMBLINE_BINARY};
  }

  TemporaryFolder folder;
  GitRepository repository{folder.path() / "repository"};
  std::string commit;
};

/// The commit, or why there is none. No error may hold a secret.
std::string outcome(const FetchRequest& request) {
  const auto fetched = fetch(request);
  if (fetched) return fetched->commit;
  const auto& message = fetched.error().message;
  check_no_canary(message, "the error of a fetch");
  const std::string front = "cannot fetch from " + request.url + ": ";
  CHECK_MESSAGE(message.starts_with(front), message);
  return message.substr(std::min(front.size(), message.size()));
}

/// A repository behind TLS, with a certificate for localhost and 127.0.0.1.
struct TlsWorld : World {
  explicit TlsWorld(const HttpsSettings& settings = {}, const std::string& names = "DNS:localhost,IP:127.0.0.1") {
    ca.issue("server", names);
    server = std::make_unique<HttpsGitServer>(folder.path() / "repository", folder.path() / "https",
                                              ca.certificate("server"), ca.key("server"), settings);
  }

  [[nodiscard]] FetchRequest tls_request(const std::string& host = "localhost") const {
    auto request = World::request(server->url("remote.git", host));
    request.ca_file = ca.file().string();
    return request;
  }

  TestCa ca{folder.path() / "ca"};
  std::unique_ptr<HttpsGitServer> server;
};

struct SshWorld : World {
  explicit SshWorld(const std::string& key_type = "ed25519") : server(folder.path() / "ssh", key_type) {}

  [[nodiscard]] FetchRequest ssh_request() const {
    auto request = World::request(server.url(repository.remote()));
    request.ssh_key = Secret(server.client_key());
    request.known_hosts = server.known_host();
    return request;
  }

  SshServer server;
};

}  // namespace

TEST_CASE("git daemon is fetched from") {
  if (lacks(GitDaemon::programs())) return;
  const World world;
  const GitDaemon server(world.folder.path() / "repository", world.folder.path() / "daemon");
  CHECK(outcome(world.request(server.url("remote.git"))) == world.commit);
  world.repository.write("a.yaml", "two");
  const auto second = world.repository.commit("two");
  CHECK(outcome(world.request(server.url("remote.git"))) == second);
}

TEST_CASE("a commit is fetched by its id, from a server that gives it and from one that does not") {
  if (lacks(GitDaemon::programs())) return;
  const World world;
  const GitDaemon server(world.folder.path() / "repository", world.folder.path() / "daemon");
  auto request = world.request(server.url("remote.git"));
  // No branch reaches it any more.
  world.repository.write("a.yaml", "other");
  world.repository.rewrite_last_commit("other");
  request.ref = world.commit;
  CHECK(outcome(request) == "commit " + world.commit + " does not exist at " + request.url);
  run_tool(world.folder.path(), "/usr/bin/git",
           {"-C", world.repository.remote().string(), "config", "uploadpack.allowAnySHA1InWant", "true"});
  CHECK(outcome(request) == world.commit);
}

TEST_CASE("https with user and password is fetched from, and a wrong password is refused") {
  if (lacks(HttpsGitServer::programs())) return;
  const TlsWorld world({.user = "robot", .password = canary("password")});
  auto request = world.tls_request();
  CHECK(outcome(request) == "it asks for a user and password, or does not exist");
  request.username = "robot";
  request.password = Secret(canary("other"));
  CHECK(outcome(request) == "the user and password were refused");
  request.password = Secret(canary("password"));
  CHECK(outcome(request) == world.commit);
  check_no_canary_below(world.folder.path() / "mirror", {});
}

TEST_CASE("TLS 1.3 alone and TLS 1.2 alone are spoken") {
  if (lacks(HttpsGitServer::programs())) return;
  for (const std::string protocol : {"TLSv1.3", "TLSv1.2"}) {
    CAPTURE(protocol);
    const TlsWorld world({.protocols = protocol});
    CHECK(outcome(world.tls_request()) == world.commit);
  }
}

TEST_CASE("a certificate is checked against CA, name and address") {
  if (lacks(HttpsGitServer::programs())) return;
  SUBCASE("an address that it names") {
    const TlsWorld world;
    CHECK(outcome(world.tls_request("127.0.0.1")) == world.commit);
  }
  SUBCASE("another name") {
    const TlsWorld world({}, "DNS:git.example.com");
    CHECK(outcome(world.tls_request()) == "the certificate of localhost is refused: hostname mismatch");
  }
  SUBCASE("another address") {
    const TlsWorld world({}, "DNS:localhost,IP:127.0.0.2");
    CHECK(outcome(world.tls_request("127.0.0.1")) == "the certificate of 127.0.0.1 is refused: IP address mismatch");
  }
  SUBCASE("a CA that nobody trusts") {
    const TlsWorld world;
    auto request = world.tls_request();
    request.ca_file.clear();
    CHECK(outcome(request).starts_with("the certificate of localhost is refused: unable to get local issuer"));
  }
  SUBCASE("a CA file that is not there") {
    const TlsWorld world;
    auto request = world.tls_request();
    request.ca_file = "/no/such/ca.pem";
    CHECK(outcome(request) == "the CA file \"/no/such/ca.pem\" cannot be read");
  }
}

TEST_CASE("ssh is fetched from with ed25519 and ecdsa keys") {
  if (lacks(SshServer::programs())) return;
  for (const std::string type : {"ed25519", "ecdsa"}) {
    CAPTURE(type);
    const SshWorld world(type);
    CHECK(outcome(world.ssh_request()) == world.commit);
    world.repository.write("a.yaml", "two");
    const auto second = world.repository.commit("two");
    CHECK(outcome(world.ssh_request()) == second);
    CHECK_FALSE(std::filesystem::exists(world.folder.path() / "mirror.home"));
  }
}

TEST_CASE("an ssh host is asked for a kind of key that known_hosts has") {
  if (lacks(SshServer::programs())) return;
  const SshWorld world;
  auto request = world.ssh_request();
  request.known_hosts = world.server.known_host("ecdsa");
  CHECK(outcome(request) == world.commit);
}

TEST_CASE("an ssh host that is unknown, has changed or is revoked is refused") {
  if (lacks(SshServer::programs())) return;
  const SshWorld world;
  auto request = world.ssh_request();
  const auto name = "[127.0.0.1]:" + std::to_string(world.server.port());
  SUBCASE("unknown") {
    request.known_hosts.clear();
    const auto why = outcome(request);
    CHECK(why.starts_with("the host is unknown: the "));
    CHECK(why.contains(" key of " + name + " is SHA256:"));
    CHECK(why.contains("ssh-keyscan -p " + std::to_string(world.server.port()) + " 127.0.0.1"));
  }
  SUBCASE("changed") {
    run_tool(world.folder.path(), "/usr/bin/ssh-keygen", {"-q", "-t", "ed25519", "-N", "", "-f", "other"});
    request.known_hosts = name + " " + read_file(world.folder.path() / "other.pub");
    CHECK(outcome(request).starts_with("the host has changed: the ssh-ed25519 key of " + name + " is SHA256:"));
  }
  SUBCASE("revoked") {
    request.known_hosts += "@revoked " + world.server.known_host();
    CHECK(outcome(request).ends_with(", which known_hosts marks as revoked"));
  }
}

TEST_CASE("an ssh key that the server does not know is refused") {
  if (lacks(SshServer::programs())) return;
  const SshWorld world;
  run_tool(world.folder.path(), "/usr/bin/ssh-keygen", {"-q", "-t", "ed25519", "-N", "", "-f", "other"});
  auto request = world.ssh_request();
  request.ssh_key = Secret(read_file(world.folder.path() / "other"));
  CHECK(outcome(request).starts_with("the ssh key was refused for the user "));
}

TEST_CASE("a repository that an ssh server does not have is an error") {
  if (lacks(SshServer::programs())) return;
  const SshWorld world;
  auto request = world.ssh_request();
  request.url = world.server.url("/no/such/repository");
  CHECK_FALSE(outcome(request).empty());
}

TEST_CASE("an unreachable server is an error, and what was fetched before can be read") {
  if (lacks(GitDaemon::programs())) return;
  const World world;
  std::string url;
  {
    const GitDaemon server(world.folder.path() / "repository", world.folder.path() / "daemon");
    url = server.url("remote.git");
    CHECK(outcome(world.request(url)) == world.commit);
  }
  CHECK_FALSE(outcome(world.request(url)) == world.commit);
  CHECK(run_tool(world.folder.path(), "/usr/bin/git", {"--git-dir=mirror", "show", world.commit + ":a.yaml"}) == "one");
}

TEST_CASE("a shallow repository cannot be fetched from, which is an error at once") {
  if (lacks(GitDaemon::programs())) return;
  const World world;
  world.repository.write("a.yaml", "two");
  world.repository.commit("two");
  run_tool(world.folder.path(), "/usr/bin/git",
           {"clone", "--quiet", "--bare", "--depth=1", world.repository.url(), "repository/shallow.git"});
  const GitDaemon server(world.folder.path() / "repository", world.folder.path() / "daemon");
  CHECK(outcome(world.request(server.url("shallow.git"))) ==
        "it is a shallow clone, which lacks its history (run `git fetch --unshallow` in it), or its objects have "
        "SHA-256 ids, which Plumbline cannot read");
}

TEST_CASE("https leads through the proxy of HTTPS_PROXY, and around it where NO_PROXY says so") {
  if (lacks(HttpsGitServer::programs()) || lacks(ProxyProcess::programs())) return;
  const TlsWorld world;
  const ProxyProcess proxy(world.folder.path() / "proxy");
  auto request = world.tls_request();
  request.proxy = {
      .host = "127.0.0.1", .port = proxy.port(), .credentials = Secret(proxy.user() + ":" + canary("proxy"))};
  CHECK(outcome(request) == world.commit);
  CHECK(proxy.log().contains("CONNECT localhost:"));

  SUBCASE("a password that it does not take is told without being repeated") {
    request.proxy.credentials = Secret(proxy.user() + ":" + canary("wrong"));
    const auto failure = outcome(request);
    CHECK_MESSAGE(failure.contains("opens no tunnel to localhost:"), failure);
    CHECK_MESSAGE(failure.contains("(it does not take this user and password)"), failure);
  }
  SUBCASE("a proxy that is not there is named as such") {
    request.proxy.port = 1;
    const auto failure = outcome(request);
    CHECK_MESSAGE(failure.starts_with("the proxy is not reached: no connection to 127.0.0.1:1: "), failure);
  }
  SUBCASE("the program takes it from its environment") {
    Workspace workspace;
    write_worker(world.repository.work_tree(), "app");
    REQUIRE_FALSE(world.repository.commit("a Worker").empty());
    workspace.set_variable("SSL_CERT_FILE", world.ca.file().string());
    workspace.set_variable("HTTPS_PROXY", proxy.url(canary("proxy")));
    const auto before = proxy.log().size();
    const auto render = [&] { return workspace.run({"render", "--repository", request.url, "--ref", "main"}); };
    const auto through = render();
    CHECK_MESSAGE(through.exit_code == 0, through.err);
    CHECK(proxy.log().substr(before).contains("CONNECT localhost:"));
    workspace.set_variable("HTTPS_PROXY", "http://127.0.0.1:1");
    CHECK(render().err.contains("the proxy is not reached"));
    workspace.set_variable("NO_PROXY", "localhost");
    const auto around = render();
    CHECK_MESSAGE(around.exit_code == 0, around.err);
  }
}

}  // namespace plumbline::testing
