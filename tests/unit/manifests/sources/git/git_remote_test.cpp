#include <doctest/doctest.h>

#include "manifests/sources/git/git_fetch.h"

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
  CHECK(error("http://git.example.com/a") ==
        "http:// is not encrypted, so it is accepted only for loopback; use https://");
  CHECK(error("git://git.example.com/a") ==
        "git:// is not encrypted, so it is accepted only for loopback; use https://");
  CHECK(error("http://127.0.0.1.example.com/a") != "");
  CHECK(error("http://localhost.example.com/a") != "");
  CHECK(error("http://127.0.0.1@example.com/a") != "");
  CHECK(error("oci://example.com/a") == "oci:// is not supported yet by this version");
  CHECK(error("ssh://git:canary@example.com/a") == "the URL of a repository may not hold a password");
  CHECK(error("ssh://-oProxyCommand=id/a") == "the host in the URL of the repository is not a host name");
  CHECK(error("-oProxyCommand=id@example.com:a") ==
        "the user in the URL of the repository may hold only letters, digits, ., - and _, and may not begin with -");
  CHECK(error("ssh://git@example.com:0/a") == "the port in the URL of the repository is not between 1 and 65535");
  CHECK(error("https://example.com:x/a") == "the port in the URL of the repository is not between 1 and 65535");
  CHECK(error("git@example.com:") != "");
  CHECK(error("ext::sh -c id") != "");
  CHECK(error("ftp://example.com/a") ==
        "the URL of a repository begins with https://, ssh:// or file://, or is a folder");
  CHECK(error("https:///a") == "the URL of the repository has no host");
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

TEST_CASE("a URL with a token in its query or fragment, or with escaped credentials, is refused without repeating it") {
  for (const char* url :
       {"https://example.com/a?token=canary-4711", "https://example.com/a.git?private_token=canary-4711&x=1",
        "https://example.com?canary-4711", "https://example.com/a#canary-4711", "http://127.0.0.1/a?canary-4711",
        "git://127.0.0.1/a?canary-4711", "ssh://git@example.com/a?canary-4711", "git@example.com:a.git?canary-4711",
        "https://example.com/a?u=x@canary-4711", "https://robot%3Acanary-4711%40example.com/a"}) {
    CAPTURE(url);
    const auto checked = check_remote(url);
    REQUIRE_FALSE(checked);
    CHECK_FALSE(checked.error().message.contains("canary"));
  }
  CHECK(check_remote("https://example.com/a?x").error().message ==
        "the URL of a repository may not hold a query (?) or fragment (#); write a token under \"credentials\"");
  // Of a folder they are letters of its name.
  CHECK(check_remote("file:///srv/a%3Fb"));
  CHECK(check_remote("/srv/what?#"));
}

TEST_CASE("a URL tells its host, a folder has none") {
  const auto host = [](const char* url) { return check_remote(url).value().host; };
  CHECK(host("https://git.example.com/a") == "git.example.com");
  CHECK(host("https://git.example.com:8443/a") == "git.example.com");
  CHECK(host("http://[::1]:80/a") == "::1");
  CHECK(host("git@git.example.com:a.git") == "git.example.com");
  CHECK(host("/srv/a").empty());
  CHECK(host("file:///srv/a").empty());
}

TEST_CASE("branches and tags are called as git allows") {
  for (const char* good : {"main", "team/feature", "v1.2", "a@b", "über"}) {
    CAPTURE(good);
    CHECK(is_ref_name(good));
  }
  for (const char* bad :
       {"", "a..b", "a b", "a:b", "/a", "a/", "a//b", ".a", "a/.b", "a.lock", "@", "a@{1}", "a\nb", "a*", "a."}) {
    CAPTURE(bad);
    CHECK_FALSE(is_ref_name(bad));
  }
}

}  // namespace plumbline::manifests
