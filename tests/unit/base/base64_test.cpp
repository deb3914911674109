#include "base/base64.h"

#include <doctest/doctest.h>

#include <cstddef>
#include <string>

using namespace plumbline;

TEST_CASE("base64 is that of RFC 4648") {
  // Section 10.
  CHECK(to_base64("").empty());
  CHECK(to_base64("f") == "Zg==");
  CHECK(to_base64("fo") == "Zm8=");
  CHECK(to_base64("foo") == "Zm9v");
  CHECK(to_base64("foob") == "Zm9vYg==");
  CHECK(to_base64("fooba") == "Zm9vYmE=");
  CHECK(to_base64("foobar") == "Zm9vYmFy");
}

TEST_CASE("every digit of base64 is the right one, at every place") {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  // Six bits after the other: 0, 1, … 63, and again from another one on, so that each comes to each place of sixteen.
  for (std::size_t first = 0; first < 64; ++first) {
    CAPTURE(first);
    std::string expected;
    std::string bytes;
    for (std::size_t i = 0; i < 64; i += 4) {
      unsigned bits = 0;
      for (std::size_t place = i; place < i + 4; ++place) {
        const auto six = (first + place) % 64;
        expected += kDigits[six];
        bits = bits << 6U | static_cast<unsigned>(six);
      }
      for (const unsigned shift : {16U, 8U, 0U}) bytes += static_cast<char>(bits >> shift & 0xFFU);
    }
    CHECK(to_base64(bytes) == expected);
  }
}

TEST_CASE("bytes of any length come back from base64, and none behind them is read into it") {
  std::string bytes;
  for (std::size_t size = 0; size < 300; ++size) {
    CAPTURE(size);
    const auto text = to_base64(bytes);
    CHECK(from_base64(text) == bytes);
    // What stands behind does not matter.
    CHECK(to_base64(std::string_view(bytes + "\xFF\xFF\xFF\xFF").substr(0, size)) == text);
    bytes += static_cast<char>(size * 37 + size / 7);
  }
}

TEST_CASE("base64 into a text replaces what was in it") {
  std::string text = "a long text that was there before, and longer than what comes";
  to_base64("foobar", text);
  CHECK(text == "Zm9vYmFy");
  to_base64("", text);
  CHECK(text.empty());
}
