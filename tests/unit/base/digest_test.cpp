#include "base/digest.h"

#include <doctest/doctest.h>

#include <type_traits>

using namespace plumbline;

TEST_SUITE("digest") {
  TEST_CASE("SHA-256 and HMAC give the published test vectors") {
    // FIPS 180-4 examples; RFC 4231, test case 2.
    CHECK(sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(hmac_sha256_hex(Secret("Jefe"), "what do ya want for nothing?") ==
          "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    CHECK(truncated(sha256_hex("")).size() == 32);
  }

  TEST_CASE("texts are compared whole") {
    CHECK(constant_time_equal("token", "token"));
    CHECK_FALSE(constant_time_equal("token", "tokem"));
    CHECK_FALSE(constant_time_equal("token", "token "));
    CHECK(constant_time_equal("", ""));
  }

  TEST_CASE("random ids have the length that was asked for and do not repeat") {
    CHECK(random_hex(16).size() == 32);
    CHECK(random_hex(16) != random_hex(16));
  }
}

TEST_SUITE("secret") {
  TEST_CASE("a secret moves, is copied only by name, and leaves nothing behind") {
    Secret secret("value");
    Secret moved = std::move(secret);
    CHECK(moved.reveal() == "value");
    CHECK(secret.empty());  // NOLINT(bugprone-use-after-move): that it is empty is the promise
    const Secret copy = moved.copy();
    moved = Secret("other");
    CHECK(copy.reveal() == "value");
    CHECK(moved.reveal() == "other");
    static_assert(!std::is_copy_constructible_v<Secret> && !std::is_copy_assignable_v<Secret>);
    std::string text = "value in a buffer that is long enough to be on the heap";
    wipe(text);
    CHECK(text.empty());
  }
}
