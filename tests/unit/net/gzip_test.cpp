#include "net/gzip.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace plumbline::net {
namespace {

using Step = Unpacker::Step;

constexpr std::size_t kCap = std::size_t{8} * 1024 * 1024;

// `hello` as `printf hello | gzip --no-name` writes it.
constexpr std::string_view kHello(
    "\x1F\x8B\x08\x00\x00\x00\x00\x00\x00\x03\xCB\x48\xCD\xC9\xC9\x07\x00\x86\xA6\x10\x36\x05\x00\x00\x00", 25);

struct Unpacked {
  Step step = Step::taken;
  std::string text;
  bool whole = false;
};

Unpacked unpack(std::string_view input, std::size_t cap = kCap, std::size_t piece = std::string_view::npos) {
  Unpacker unpacker(cap);
  Unpacked out;
  for (std::size_t at = 0; at < input.size() && out.step == Step::taken; at += std::min(piece, input.size() - at)) {
    out.step = unpacker.put(input.substr(at, piece), out.text);
  }
  out.whole = unpacker.whole();
  return out;
}

// Text that is no repetition of one thing.
std::string lines(std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += "line " + std::to_string(i * i) + "\n";
  return text;
}

}  // namespace

TEST_CASE("what gzip has packed is unpacked, in whatever pieces it arrives") {
  for (const std::size_t piece : {1UL, 2UL, 7UL, 24UL, 25UL, 100UL}) {
    CAPTURE(piece);
    const auto out = unpack(kHello, kCap, piece);
    CHECK(out.step == Step::taken);
    CHECK(out.text == "hello");
    CHECK(out.whole);
  }
}

TEST_CASE("what is packed here comes out again, also what is larger than any buffer") {
  for (const std::size_t count : {0UL, 1UL, 10'000UL, 100'000UL}) {
    CAPTURE(count);
    const auto text = lines(count);
    const auto packed = gzipped(text);
    CHECK((count < 2 || packed.size() < text.size() / 2));
    for (const std::size_t piece : {std::string_view::npos, std::size_t{4096}}) {
      const auto out = unpack(packed, kCap, piece);
      CHECK(out.step == Step::taken);
      CHECK(out.text == text);
      CHECK(out.whole);
    }
  }
}

TEST_CASE("gzip that is cut short at any place is not whole") {
  for (std::size_t size = 1; size < kHello.size(); ++size) {
    CAPTURE(size);
    const auto out = unpack(kHello.substr(0, size));
    CHECK(out.step == Step::taken);
    CHECK_FALSE(out.whole);
  }
  CHECK(unpack("").whole);
}

TEST_CASE("gzip that is damaged is broken") {
  SUBCASE("its head") {
    for (const std::size_t at : {0UL, 1UL, 2UL, 3UL}) {
      CAPTURE(at);
      std::string damaged(kHello);
      damaged[at] = '\x7F';
      CHECK(unpack(damaged).step == Step::broken);
    }
  }
  SUBCASE("its checksum and its length") {
    for (std::size_t at = kHello.size() - 8; at < kHello.size(); ++at) {
      CAPTURE(at);
      std::string damaged(kHello);
      damaged[at] = static_cast<char>(damaged[at] + 1);
      CHECK(unpack(damaged).step == Step::broken);
    }
  }
  SUBCASE("it is no gzip") {
    CHECK(unpack(R"({"success":true})").step == Step::broken);
    CHECK(unpack(std::string(100'000, '\0')).step == Step::broken);
  }
  SUBCASE("it is zlib's own form") {
    CHECK(unpack(std::string_view("\x78\x9C\xCB\x48\xCD\xC9\xC9\x07\x00\x06\x2C\x02\x15", 13)).step == Step::broken);
  }
}

TEST_CASE("members in a row are one content, and what is no member behind them is damage") {
  const auto two = std::string(kHello) + gzipped(" again");
  for (const std::size_t piece : {std::string_view::npos, std::size_t{1}, kHello.size(), kHello.size() + 1}) {
    CAPTURE(piece);
    const auto out = unpack(two, kCap, piece);
    CHECK(out.step == Step::taken);
    CHECK(out.text == "hello again");
    CHECK(out.whole);
  }
  CHECK(unpack(std::string(kHello) + "garbage").step == Step::broken);
  CHECK_FALSE(unpack(std::string(kHello) + std::string(kHello.substr(0, 12))).whole);
}

TEST_CASE("no more comes out than the cap allows") {
  std::string zeros;
  zeros.resize(64'000'000);
  const auto bomb = gzipped(zeros);
  CHECK(bomb.size() < 300'000);
  const auto out = unpack(bomb, 1'000'000);
  CHECK(out.step == Step::too_large);
  CHECK(out.text.size() <= 1'000'000);
  SUBCASE("to the byte") {
    CHECK(unpack(kHello, 5).step == Step::taken);
    CHECK(unpack(kHello, 4).step == Step::too_large);
    CHECK(unpack(gzipped(""), 0).step == Step::taken);
  }
  SUBCASE("of all members together") {
    std::string many;
    for (int i = 0; i < 100; ++i) many += kHello;
    CHECK(unpack(many, 500).step == Step::taken);
    CHECK(unpack(many, 499).step == Step::too_large);
  }
}

}  // namespace plumbline::net
