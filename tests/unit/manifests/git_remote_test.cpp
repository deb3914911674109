#include <doctest/doctest.h>

#include "manifests/git_fetch.h"

// How a repository and what to take of it are written.
namespace plumbline::manifests {
TEST_CASE("URLs of known kinds pass, and plain http and git to loopback only") {
  for (const char* good : {"https://git.example.com/a/b.git", "https://git.example.com:8443/a",
                           "http://127.0.0.1:8080/a", "http://localhost/a", "http://[::1]:80/a", "git://127.0.0.1/a",
                           "file:///srv/a.git", "/srv/a b", "./a", "../a"}) {
    CAPTURE(good);
    CHECK(check_remote(good));
  }
  const auto error = [](std::string_view url) {
    const auto checked = check_remote(url);
    return checked ? std::string() : checked.error().message;
  };
  CHECK(error("http://git.example.com/a") == "http:// is not encrypted and accepted to loopback only; use https://");
  CHECK(error("git://git.example.com/a") == "git:// is not encrypted and accepted to loopback only; use https://");
  CHECK(error("http://127.0.0.1.example.com/a") != "");
  CHECK(error("http://localhost.example.com/a") != "");
  CHECK(error("http://127.0.0.1@example.com/a") != "");
  CHECK(error("oci://example.com/a") == "oci:// is not supported yet by this version");
  CHECK(error("ssh://git:canary@example.com/a") == "the URL of a repository may not hold a password");
  CHECK(error("ssh://-oProxyCommand=id/a") == "the host in the URL of the repository is no name");
  CHECK(error("-oProxyCommand=id@example.com:a") == "the user in the URL of the repository is no name");
  CHECK(error("ssh://git@example.com:0/a") == "the port in the URL of the repository is none");
  CHECK(error("https://example.com:x/a") == "the port in the URL of the repository is none");
  CHECK(error("git@example.com:") != "");
  CHECK(error("ext::sh -c id") != "");
  CHECK(error("ftp://example.com/a") ==
        "the URL of a repository begins with https://, ssh:// or file://, or is a folder");
  CHECK(error("https:///a") == "the URL of the repository names no host");
  CHECK(error("https://example.com/a\nhost=evil") == "the URL of the repository holds a space or control character");
  CHECK(error("") == "the repository has no URL");
  CHECK(error("workers") != "");
}

TEST_CASE("ssh is written as a URL or as scp writes it") {
  const auto parts = [](std::string_view url) {
    const auto remote = check_remote(url);
    if (!remote) return remote.error().message;
    CHECK(remote->is_ssh);
    return remote->user + " " + remote->host + " " + std::to_string(remote->port);
  };
  CHECK(parts("ssh://git@git.example.com/edge/workers.git") == "git git.example.com 22");
  CHECK(parts("ssh://git.example.com:2222/a") == " git.example.com 2222");
  CHECK(parts("ssh://git@[::1]:2222/a") == "git ::1 2222");
  CHECK(parts("git@git.example.com:edge/workers.git") == "git git.example.com 22");
  CHECK_FALSE(check_remote("https://git.example.com/a")->is_ssh);
}

TEST_CASE("a URL with credentials is refused without repeating them") {
  const auto checked = check_remote("https://robot:canary-4711@example.com/a");
  REQUIRE_FALSE(checked);
  CHECK(checked.error().message ==
        "the URL of a repository may not hold a user or password; write them under "
        "\"credentials\"");
}

TEST_CASE("branches, tags and commits have full names") {
  CHECK(full_ref(RefKind::branch, "main").value() == "refs/heads/main");
  CHECK(full_ref(RefKind::branch, "team/feature").value() == "refs/heads/team/feature");
  CHECK(full_ref(RefKind::tag, "v1.2").value() == "refs/tags/v1.2");
  CHECK(full_ref(RefKind::commit, std::string(40, 'A')).value() == std::string(40, 'a'));
  CHECK(full_ref(RefKind::semver, "^1.2").value() == "semver:^1.2");
  CHECK_FALSE(full_ref(RefKind::semver, "latest"));
  CHECK_FALSE(full_ref(RefKind::commit, "main"));
  CHECK_FALSE(full_ref(RefKind::commit, std::string(40, 'g')));
  for (const char* bad :
       {"", "a..b", "a b", "a:b", "/a", "a/", "a//b", ".a", "a/.b", "a.lock", "@", "a@{1}", "a\nb", "a*", "a."}) {
    CAPTURE(bad);
    CHECK_FALSE(full_ref(RefKind::branch, bad));
  }
}

}  // namespace plumbline::manifests
