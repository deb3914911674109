#include "base/digest.h"

#include <doctest/doctest.h>

#include <type_traits>

#include "base/base64.h"

using namespace plumbline;

TEST_SUITE("digest") {
  TEST_CASE("SHA-256 and HMAC give the published test vectors") {
    // FIPS 180-4 examples; RFC 4231, test case 2.
    CHECK(sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(hmac_sha256_hex(Secret("Jefe"), "what do ya want for nothing?") ==
          "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    CHECK(truncated(sha256_hex("")).size() == 32);
    CHECK(to_base64(sha256("abc")) == "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
    // RFC 2202, test case 2.
    CHECK(to_base64(hmac_sha1("Jefe", "what do ya want for nothing?")) == "7/zfauXrL6LSdBbV8YTfnCWafHk=");
  }

  TEST_CASE("base64 is read only as it is written") {
    for (const std::string_view bytes : {"", "f", "fo", "foo", "foob"}) {
      CAPTURE(bytes);
      CHECK(from_base64(to_base64(bytes)) == std::string(bytes));
    }
    CHECK(to_base64("fo") == "Zm8=");  // RFC 4648, section 10
    for (const std::string_view text : {"Zm8", "Zm8=\n", " Zm8", "Zm8!", "Zm=8", "===="}) {
      CAPTURE(text);
      CHECK_FALSE(from_base64(text));
    }
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
