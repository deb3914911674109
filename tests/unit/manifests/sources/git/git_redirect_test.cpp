#include "manifests/sources/git/git_redirect.h"

#include <doctest/doctest.h>

namespace plumbline::manifests {
namespace {

using Verdict = RedirectWatch::Verdict;

constexpr std::string_view kRedirect =
    "HTTP/1.1 301 Moved\r\nServer: x\r\nlocation:  https://new.example.com/a \r\n\r\n";

}  // namespace

TEST_CASE("a redirect is told with its place") {
  RedirectWatch watch;
  watch.sent();
  CHECK(watch.received(kRedirect) == Verdict::redirect);
  CHECK(watch.location() == "https://new.example.com/a");
}

TEST_CASE("a redirect that comes in pieces is told when its head is whole") {
  RedirectWatch watch;
  watch.sent();
  for (std::size_t i = 0; i + 1 < kRedirect.size(); ++i) {
    CHECK(watch.received(kRedirect.substr(i, 1)) == (i < 9 ? Verdict::pass : Verdict::incomplete));
  }
  CHECK(watch.received("\n") == Verdict::redirect);
}

TEST_CASE("of a head that is too long no part of a line is told") {
  RedirectWatch watch;
  watch.sent();
  const std::string head =
      "HTTP/1.1 301 Moved\r\nX: " + std::string(16000, 'x') + "\r\nLocation: https://" + std::string(1000, 'y');
  CHECK(watch.received(head) == Verdict::redirect);
  CHECK(watch.location().empty());
}

TEST_CASE("other answers pass, whatever is in them") {
  RedirectWatch watch;
  for (int request = 0; request < 2; ++request) {
    watch.sent();
    CHECK(watch.received("HTTP/1.1 200 OK\r\n\r\n") == Verdict::pass);
    CHECK(watch.received(kRedirect) == Verdict::pass);
  }
  watch.sent();
  CHECK(watch.received("0032want 3") == Verdict::pass);
}

TEST_CASE("each answer of a connection is looked at") {
  RedirectWatch watch;
  watch.sent();
  CHECK(watch.received("HTTP/1.1 401 Unauthorized\r\n\r\n") == Verdict::pass);
  watch.sent();
  CHECK(watch.received(kRedirect) == Verdict::redirect);
}

TEST_CASE("a head without an end, or without a place, is a redirect all the same") {
  RedirectWatch watch;
  watch.sent();
  CHECK(watch.received("HTTP/1.0 302 \r\nX: " + std::string(20'000, 'x')) == Verdict::redirect);
  CHECK(watch.location().empty());
}

}  // namespace plumbline::manifests
