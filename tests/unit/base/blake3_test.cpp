#include "base/blake3.h"

#include <doctest/doctest.h>

#include <array>
#include <set>
#include <string>
#include <string_view>

using namespace plumbline;

namespace {

// Inputs of the official test vectors: bytes 0, 1, …, 250, 0, 1, …
std::string pattern(std::size_t length) {
  std::string bytes(length, '\0');
  for (std::size_t i = 0; i < length; ++i) bytes[i] = static_cast<char>(i % 251);
  return bytes;
}

std::string digest(std::string_view bytes) {
  Blake3 hash;
  hash.update(bytes);
  return hash.hex();
}

}  // namespace

TEST_CASE("BLAKE3 gives the digests of its official test vectors") {
  // test_vectors/test_vectors.json of https://github.com/BLAKE3-team/BLAKE3, the first 32 bytes of `hash`.
  struct Vector {
    std::size_t length;
    const char* digest;
  };
  constexpr std::array kVectors{
      Vector{0, "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262"},
      Vector{1, "2d3adedff11b61f14c886e35afa036736dcd87a74d27b5c1510225d0f592e213"},
      Vector{1023, "10108970eeda3eb932baac1428c7a2163b0e924c9a9e25b35bba72b28f70bd11"},
      Vector{1024, "42214739f095a406f3fc83deb889744ac00df831c10daa55189b5d121c855af7"},
      Vector{1025, "d00278ae47eb27b34faecf67b4fe263f82d5412916c1ffd97c8cb7fb814b8444"},
      Vector{2048, "e776b6028c7cd22a4d0ba182a8bf62205d2ef576467e838ed6f2529b85fba24a"},
      Vector{2049, "5f4d72f40d7a5f82b15ca2b2e44b1de3c2ef86c426c95c1af0b6879522563030"},
      Vector{3072, "b98cb0ff3623be03326b373de6b9095218513e64f1ee2edd2525c7ad1e5cffd2"},
      Vector{3073, "7124b49501012f81cc7f11ca069ec9226cecb8a2c850cfe644e327d22d3e1cd3"},
      Vector{4096, "015094013f57a5277b59d8475c0501042c0b642e531b0a1c8f58d2163229e969"},
      Vector{4097, "9b4052b38f1c5fc8b1f9ff7ac7b27cd242487b3d890d15c96a1c25b8aa0fb995"},
      Vector{5120, "9cadc15fed8b5d854562b26a9536d9707cadeda9b143978f319ab34230535833"},
      Vector{5121, "628bd2cb2004694adaab7bbd778a25df25c47b9d4155a55f8fbd79f2fe154cff"},
      Vector{6144, "3e2e5b74e048f3add6d21faab3f83aa44d3b2278afb83b80b3c35164ebeca205"},
      Vector{7169, "a003fc7a51754a9b3c7fae0367ab3d782dccf28855a03d435f8cfe74605e7817"},
      Vector{8193, "bab6c09cb8ce8cf459261398d2e7aef35700bf488116ceb94a36d0f5f1b7bc3b"},
      Vector{16384, "f875d6646de28985646f34ee13be9a576fd515f76b5b0a26bb324735041ddde4"},
      Vector{31744, "62b6960e1a44bcc1eb1a611a8d6235b6b4b78f32e7abc4fb4c6cdcce94895c47"},
      Vector{102400, "bc3e3d41a1146b069abffad3c0d44860cf664390afce4d9661f7902e7943e085"},
  };
  for (const auto& vector : kVectors) {
    CAPTURE(vector.length);
    CHECK(digest(pattern(vector.length)) == vector.digest);
  }
}

TEST_CASE("BLAKE3 gives the same digest however the bytes come") {
  const auto bytes = pattern(40'000);
  const auto whole = digest(bytes);
  for (const std::size_t step : {1UL, 7UL, 63UL, 64UL, 65UL, 1024UL, 1025UL, 8191UL, 8192UL, 8193UL, 20'000UL}) {
    CAPTURE(step);
    Blake3 hash;
    for (std::size_t at = 0; at < bytes.size(); at += step) {
      hash.update(std::string_view(bytes).substr(at, step));
      hash.update({});
    }
    CHECK(hash.hex() == whole);
  }
}

TEST_CASE("BLAKE3 is the same on both sides of every chunk, alone or behind eight others") {
  // Each byte counts: what is the same up to a place differs from there on.
  const auto bytes = pattern(20'000);
  std::set<std::string> seen;
  for (std::size_t size = 0; size <= bytes.size(); size += 1024) {
    for (const std::size_t more : {0UL, 1UL, 64UL, 65UL, 1023UL}) {
      CAPTURE(size + more);
      const auto text = std::string_view(bytes).substr(0, size + more);
      Blake3 by_bytes;
      for (const char byte : text) by_bytes.update({&byte, 1});
      CHECK(by_bytes.hex() == digest(text));
      seen.insert(digest(text));
    }
  }
  CHECK(seen.size() == 100);
}

TEST_CASE("BLAKE3 can be asked for a digest on the way") {
  Blake3 hash;
  hash.update("abc");
  CHECK(hash.hex() == digest("abc"));
  hash.update("def");
  CHECK(hash.hex() == digest("abcdef"));
}
