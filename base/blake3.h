#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace plumbline {

/// BLAKE3 in its plain mode with 256 bits of output, after its specification
/// (https://github.com/BLAKE3-team/BLAKE3-specs/blob/master/blake3.pdf). The service identifies static assets by it;
/// nothing is protected by it. It is written here because Debian 12 has no library of it.
class Blake3 {
 public:
  /// Quickest in pieces of many kilobytes: eight chunks of a kilobyte are hashed side by side.
  void update(std::string_view bytes);

  /// The digest of all bytes so far as 64 lower-case hex digits.
  [[nodiscard]] std::string hex() const;

 private:
  using Words = std::array<std::uint32_t, 8>;
  static constexpr std::size_t kChunk = 1024;
  static constexpr std::size_t kGroup = 8 * kChunk;

  /// `bytes` are kGroup.
  void end_group(std::string_view bytes);

  std::array<char, kGroup> pending_{};
  std::size_t filled_ = 0;    ///< bytes of pending_
  std::uint64_t chunks_ = 0;  ///< finished chunks
  std::vector<Words> left_;   ///< subtrees that wait for their right neighbour, the largest first
};

}  // namespace plumbline
