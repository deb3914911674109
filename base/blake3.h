#pragma once

#include <array>
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
  void update(std::string_view bytes);

  /// The digest of all bytes so far as 64 lower-case hex digits.
  [[nodiscard]] std::string hex() const;

 private:
  using Words = std::array<std::uint32_t, 8>;
  static constexpr std::size_t kBlock = 64;
  static constexpr std::size_t kBlocksOfChunk = 16;

  /// A compression that is not made yet: only at the end is it known whether it is the root.
  struct Node;

  [[nodiscard]] Node chunk_node() const;
  void end_block();
  void end_chunk();

  std::array<char, kBlock> block_{};
  std::size_t filled_ = 0;  ///< bytes of block_
  Words chaining_ = kInitial;
  std::size_t blocks_ = 0;    ///< finished blocks of the current chunk
  std::uint64_t chunks_ = 0;  ///< finished chunks
  std::vector<Words> left_;   ///< subtrees that wait for their right neighbour, the largest first

  static constexpr Words kInitial{0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A,
                                  0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19};
};

}  // namespace plumbline
