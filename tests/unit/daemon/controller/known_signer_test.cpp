#include <doctest/doctest.h>

#include <chrono>

#include "daemon/controller/source_fetch.h"

namespace plumbline::daemon {
namespace {

using namespace std::chrono_literals;

TEST_CASE("a signer is known for the same commit and the same keys, and not for long") {
  const KnownSigner::Instant now{1000h};
  KnownSigner known;
  CHECK_FALSE(known.of("", "", now));
  CHECK_FALSE(known.of("a", "keys", now));
  known.keep("a", "keys", "alice", now);
  CHECK(known.of("a", "keys", now) == "alice");
  CHECK(known.of("a", "keys", now + 9min) == "alice");
  CHECK_FALSE(known.of("a", "keys", now + 10min));
  CHECK_FALSE(known.of("a", "other keys", now));
  CHECK_FALSE(known.of("b", "keys", now));
  known.keep("b", "keys", "bob", now);
  CHECK(known.of("b", "keys", now) == "bob");
  CHECK_FALSE(known.of("a", "keys", now));
}

}  // namespace
}  // namespace plumbline::daemon
