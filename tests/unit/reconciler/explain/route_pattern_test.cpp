#include "reconciler/explain/route_pattern.h"

#include <doctest/doctest.h>

#include <array>
#include <tuple>
#include <vector>

using namespace plumbline;
using namespace plumbline::reconciler;

namespace {

RequestUrl url(std::string_view text) {
  return parse_request_url(text).value();
}

RoutePattern pattern(std::string_view text) {
  return parse_route_pattern(text).value();
}

bool matches(std::string_view of, std::string_view text) {
  return mismatch(pattern(of), url(text)) == Mismatch::nothing;
}

bool wins(std::string_view first, std::string_view second) {
  const auto there = precedence(pattern(first), pattern(second));
  const auto back = precedence(pattern(second), pattern(first));
  CHECK(there.first_wins != back.first_wins);
  CHECK(there.certainty == back.certainty);
  CHECK(there.why == back.why);
  return there.first_wins;
}

Precedence::Certainty certainty(std::string_view first, std::string_view second) {
  return precedence(pattern(first), pattern(second)).certainty;
}

}  // namespace

TEST_CASE("a URL is taken apart as a browser sends it") {
  const auto all = url("HTTPS://User:pass@Shop.Example.COM.:8443/Cart?token=abc#top");
  CHECK(all.scheme == Scheme::https);
  CHECK(all.host == "shop.example.com");
  CHECK(all.port == 8443);
  CHECK(all.path == "/Cart");
  CHECK(all.query == "?token=abc");
  CHECK(url("http://example.com").path == "/");
  CHECK(url("http://example.com").port == 80);
  CHECK(url("http://example.com:/").port == 80);
  CHECK(url("example.com/a").scheme == Scheme::https);
  CHECK(url("example.com?next=https://other.example/").host == "example.com");
  CHECK(url("example.com/go/https://other.example/").path == "/go/https:/other.example/");
}

TEST_CASE("nothing that may be a secret of a URL is shown, not in an error either") {
  CHECK(url("https://u:canary@example.com/a?token=canary#canary").shown() == "https://example.com/a?…");
  CHECK(url("http://example.com:80/a").shown() == "http://example.com/a");
  CHECK(url("https://example.com:80/a").shown() == "https://example.com:80/a");
  for (const auto* bad : {"https://u:canary@bad host/", "https://u:canary@/", "https://u:canary@example.com:99999/",
                          "ftp://u:canary@example.com/", "https://u:canary@b\u00fccher.example/"}) {
    const auto read = parse_request_url(bad);
    REQUIRE(!read);
    CHECK(!read.error().message.contains("canary"));
  }
}

TEST_CASE("a path is normalized as zones do by default") {
  // The examples of https://developers.cloudflare.com/rules/normalization/examples.
  CHECK(normalized_path("/hello") == "/hello");
  CHECK(normalized_path("/%68ello") == "/hello");
  CHECK(normalized_path("/%68ello//pa\\th") == "/hello/pa/th");
  CHECK(normalized_path("/a/./b/../c") == "/a/c");
  CHECK(normalized_path("/a/..") == "/");
  CHECK(normalized_path("/../../a/") == "/a/");
  CHECK(normalized_path("/a/.") == "/a/");
  CHECK(normalized_path("/a%2fb%2F") == "/a%2Fb%2F");
  CHECK(normalized_path("/caf\xc3\xa9") == "/caf%C3%A9");
  CHECK(normalized_path("/100%") == "/100%");
  CHECK(normalized_path("/%7Euser/%zz") == "/~user/%zz");
}

TEST_CASE("a Worker's name is not taken for a URL") {
  CHECK(is_like_url("https://shop.example.com/"));
  CHECK(is_like_url("shop.example.com"));
  CHECK(is_like_url("localhost/cart"));
  CHECK_FALSE(is_like_url("checkout"));
  CHECK_FALSE(is_like_url("worker.checkout"));
}

TEST_CASE("the examples of Cloudflare's page on routes hold") {
  CHECK(matches("example.com", "http://example.com/"));
  CHECK(matches("example.com", "https://example.com/"));
  CHECK_FALSE(matches("example.com", "https://example.com/a"));
  CHECK(matches("https://*.example.com/", "https://www.example.com/"));
  CHECK_FALSE(matches("https://*.example.com/", "http://www.example.com/"));
  CHECK(matches("*.example.com/", "http://www.example.com/"));
  CHECK(matches("*example.com/", "https://example.com/"));
  CHECK(matches("*example.com/", "https://www.example.com/"));
  CHECK_FALSE(matches("*.example.com/", "https://example.com/"));
  CHECK(matches("*example.com/*", "https://myexample.com/"));
  CHECK_FALSE(matches("*.example.com/*", "https://myexample.com/"));
  CHECK(matches("https://example.com/path*", "https://example.com/path"));
  CHECK(matches("https://example.com/path*", "https://example.com/path2"));
  CHECK(matches("https://example.com/path*", "https://example.com/path/readme.txt"));
  CHECK(matches("*example.com/images/cat.png", "https://example.com/images/cat.png"));
  CHECK_FALSE(matches("*example.com/images/cat.png", "https://example.com/images/cat.png?foo=bar"));
  CHECK(matches("*example.com/images/*", "https://example.com/images/cat.png?foo=bar"));
}

TEST_CASE("hosts match without case and paths with it") {
  CHECK(matches("Shop.Example.com/cart", "https://shop.example.com/cart"));
  CHECK(mismatch(pattern("example.com/Images/*"), url("https://example.com/images/a")) == Mismatch::case_of_path);
  CHECK(mismatch(pattern("example.com/cart"), url("https://example.com/cart?x=1")) == Mismatch::query);
  CHECK(mismatch(pattern("http://example.com/*"), url("https://example.com/")) == Mismatch::scheme);
  CHECK(mismatch(pattern("example.com/a"), url("https://example.com/b")) == Mismatch::path);
  CHECK(mismatch(pattern("example.com/a"), url("https://example.org/a")) == Mismatch::host);
  CHECK(matches("xn--bcher-kva.example/*", "https://XN--bcher-kva.example./a"));
}

TEST_CASE("a pattern whose star stands right behind the host matches all of its paths") {
  CHECK(matches("example.com*", "https://example.com/"));
  CHECK(matches("example.com*", "https://example.com/a/b?c"));
  CHECK_FALSE(matches("example.com*", "https://www.example.com/"));
  CHECK(matches("*", "https://www.example.com/a"));
  CHECK(matches("*/*", "https://www.example.com/a"));
  CHECK_FALSE(parse_route_pattern("example.com/*.jpg"));
  CHECK_FALSE(parse_route_pattern("example.com/?a=*"));
  CHECK_FALSE(parse_route_pattern(""));
}

TEST_CASE("a pattern hangs on the zone's normalization where it decides whether it matches") {
  const auto plain = pattern("example.com/hello");
  CHECK(mismatch(plain, url("https://example.com/%68ello")) == Mismatch::nothing);
  CHECK(hangs_on_normalization(plain, url("https://example.com/%68ello")));
  CHECK_FALSE(hangs_on_normalization(plain, url("https://example.com/hello")));
  const auto raw = pattern("example.com/%68ello*");
  CHECK(mismatch(raw, url("https://example.com/%68ello")) == Mismatch::path);
  CHECK(hangs_on_normalization(raw, url("https://example.com/%68ello")));
  CHECK_FALSE(hangs_on_normalization(pattern("other.example.com/hello"), url("https://example.com/%68ello")));
  // Dots behind which a star stands are the beginning of a name, and no dot segment.
  CHECK(matches("example.com/.*", "https://example.com/.well-known/a"));
  CHECK_FALSE(matches("example.com/.*", "https://example.com/a"));
}

TEST_CASE("the more specific pattern comes first") {
  using enum Precedence::Certainty;
  // Each first one wins.
  constexpr std::array<std::tuple<std::string_view, std::string_view, Precedence::Certainty>, 14> kPairs{{
      {"www.example.com/*", "*.example.com/*", documented},
      {"example.com/hello/*", "example.com/*", documented},
      {"example.com/*", "*example.com/*", documented},
      {"*.example.com/*", "*example.com/*", documented},
      {"*.shop.example.com/*", "*.example.com/*", documented},
      {"example.com/cart", "example.com/cart*", documented},
      {"https://example.com/*", "example.com/*", documented},
      {"*example.com/images/cat.png", "*example.com/images/*", documented},
      // https://developers.cloudflare.com/workers/platform/known-issues/
      {"example.com/images*", "example.com/images/*", known_issue},
      {"a.example.com/*", "*.example.com/a", known_issue},
      // One that ends with /* counts as one segment less.
      {"example.com/im*", "example.com/images/*", known_issue},
      {"example.com/*", "*example.com/images/cat.png", undocumented},
      {"example.com/images/*", "https://example.com/*", undocumented},
      {"shop.example.com/*", "https://*.example.com/cart/*", known_issue},
  }};
  for (const auto& [first, second, how] : kPairs) {
    CAPTURE(first);
    CAPTURE(second);
    CHECK(wins(first, second));
    CHECK(certainty(first, second) == how);
  }
}

TEST_CASE("patterns that match one URL have one order, whichever are compared first") {
  const std::vector<std::string_view> all{"*/*",
                                          "*example.com/*",
                                          "*.example.com/*",
                                          "*.example.com/images/hello",
                                          "a.example.com/*",
                                          "a.example.com/i*",
                                          "a.example.com/images/*",
                                          "a.example.com/images*",
                                          "a.example.com/images/h*",
                                          "a.example.com/images/hello",
                                          "https://a.example.com/images/hello",
                                          "https://*example.com/images/*"};
  for (const auto a : all) {
    CHECK(matches(a, "https://a.example.com/images/hello"));
    for (const auto b : all) {
      for (const auto c : all) {
        if (a == b || b == c || a == c || !precedence(pattern(a), pattern(b)).first_wins) continue;
        if (precedence(pattern(b), pattern(c)).first_wins) CHECK(precedence(pattern(a), pattern(c)).first_wins);
      }
    }
  }
}
