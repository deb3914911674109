#include "base/blake3.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>

namespace plumbline {
namespace {

// Flags of a compression (section 2.2 of the specification).
constexpr std::uint32_t kChunkStart = 1;
constexpr std::uint32_t kChunkEnd = 2;
constexpr std::uint32_t kParent = 4;
constexpr std::uint32_t kRoot = 8;
constexpr int kRounds = 7;

using Message = std::array<std::uint32_t, 16>;
using State = std::array<std::uint32_t, 16>;

// Table 2: the order of the message's words in the next round.
constexpr std::array<std::size_t, 16> kPermutation{2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8};

// The words of each round, worked out once.
consteval auto schedule() {
  std::array<std::array<std::size_t, 16>, kRounds> rounds{};
  for (std::size_t i = 0; i < 16; ++i) rounds[0][i] = i;
  for (std::size_t round = 1; round < kRounds; ++round) {
    for (std::size_t i = 0; i < 16; ++i) rounds[round][i] = rounds[round - 1][kPermutation[i]];
  }
  return rounds;
}
constexpr auto kSchedule = schedule();

inline void mix(State& v, std::size_t a, std::size_t b, std::size_t c, std::size_t d, std::uint32_t x,
                std::uint32_t y) {
  v[a] += v[b] + x;
  v[d] = std::rotr(v[d] ^ v[a], 16);
  v[c] += v[d];
  v[b] = std::rotr(v[b] ^ v[c], 12);
  v[a] += v[b] + y;
  v[d] = std::rotr(v[d] ^ v[a], 8);
  v[c] += v[d];
  v[b] = std::rotr(v[b] ^ v[c], 7);
}

void mix_columns_and_diagonals(State& v, const Message& m, const std::array<std::size_t, 16>& order) {
  mix(v, 0, 4, 8, 12, m[order[0]], m[order[1]]);
  mix(v, 1, 5, 9, 13, m[order[2]], m[order[3]]);
  mix(v, 2, 6, 10, 14, m[order[4]], m[order[5]]);
  mix(v, 3, 7, 11, 15, m[order[6]], m[order[7]]);
  mix(v, 0, 5, 10, 15, m[order[8]], m[order[9]]);
  mix(v, 1, 6, 11, 12, m[order[10]], m[order[11]]);
  mix(v, 2, 7, 8, 13, m[order[12]], m[order[13]]);
  mix(v, 3, 4, 9, 14, m[order[14]], m[order[15]]);
}

Message little_endian(const std::array<char, 64>& block) {
  Message words{};
  std::memcpy(words.data(), block.data(), block.size());
  if constexpr (std::endian::native == std::endian::big) {
    for (auto& word : words) word = std::byteswap(word);
  }
  return words;
}

}  // namespace

struct Blake3::Node {
  Words chaining;
  Message message;
  std::uint64_t counter = 0;
  std::uint32_t length = kBlock;
  std::uint32_t flags = 0;

  [[nodiscard]] Words output(std::uint32_t more_flags = 0) const {
    State v{};
    std::ranges::copy(chaining, v.begin());
    std::copy_n(kInitial.begin(), 4, v.begin() + 8);
    v[12] = static_cast<std::uint32_t>(counter);
    v[13] = static_cast<std::uint32_t>(counter >> 32U);
    v[14] = length;
    v[15] = flags | more_flags;
    for (const auto& order : kSchedule) mix_columns_and_diagonals(v, message, order);
    Words out{};
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = v[i] ^ v[i + 8];
    return out;
  }

  static Node parent(const Words& left, const Words& right) {
    Node node{kInitial, {}, 0, kBlock, kParent};
    std::ranges::copy(left, node.message.begin());
    std::ranges::copy(right, node.message.begin() + 8);
    return node;
  }
};

Blake3::Node Blake3::chunk_node() const {
  auto block = block_;
  std::fill(block.begin() + static_cast<std::ptrdiff_t>(filled_), block.end(), '\0');
  return {chaining_, little_endian(block), chunks_, static_cast<std::uint32_t>(filled_),
          blocks_ == 0 ? kChunkStart : 0};
}

void Blake3::end_block() {
  chaining_ = chunk_node().output();
  ++blocks_;
  filled_ = 0;
}

void Blake3::end_chunk() {
  auto ended = chunk_node().output(kChunkEnd);
  ++chunks_;
  // Two subtrees of one size are one of twice the size: as many as there are zeros at the end of the count.
  for (auto count = chunks_; count % 2 == 0; count /= 2) {
    ended = Node::parent(left_.back(), ended).output();
    left_.pop_back();
  }
  left_.push_back(ended);
  chaining_ = kInitial;
  blocks_ = 0;
  filled_ = 0;
}

void Blake3::update(std::string_view bytes) {
  while (!bytes.empty()) {
    // A full block waits for the next byte: the last one of a chunk, or of all, is ended in another way.
    if (filled_ == kBlock) {
      if (blocks_ + 1 == kBlocksOfChunk) {
        end_chunk();
      } else {
        end_block();
      }
    }
    const auto taken = std::min(kBlock - filled_, bytes.size());
    std::ranges::copy(bytes.substr(0, taken), block_.begin() + static_cast<std::ptrdiff_t>(filled_));
    filled_ += taken;
    bytes.remove_prefix(taken);
  }
}

std::string Blake3::hex() const {
  Node node = chunk_node();
  node.flags |= kChunkEnd;
  for (auto left = left_.rbegin(); left != left_.rend(); ++left) node = Node::parent(*left, node.output());
  std::string text;
  for (const auto word : node.output(kRoot)) {
    // Words are written with their lowest byte first.
    for (unsigned shift = 0; shift < 32; shift += 8) text += fmt::format("{:02x}", (word >> shift) & 0xFFU);
  }
  return text;
}

}  // namespace plumbline
