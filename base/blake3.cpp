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

constexpr std::size_t kBlock = 64;
constexpr std::size_t kChunkBytes = 1024;
constexpr std::size_t kBlocksOfChunk = kChunkBytes / kBlock;
constexpr std::size_t kLanes = 8;

// The same word of eight chunks. The compiler makes of it what the processor has: one register, two or four.
using Lanes [[gnu::vector_size(kLanes * sizeof(std::uint32_t))]] = std::uint32_t;

using Words = std::array<std::uint32_t, 8>;
using Message = std::array<std::uint32_t, 16>;

constexpr Words kInitial{0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A,
                         0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19};

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

// What follows is written once for a word and for the words of eight chunks. It is inlined into functions that are
// compiled for one kind of processor, so nothing of it may be a call.

template <int bits, class Word>
[[gnu::always_inline]] inline void turn_right(Word& word) {
  word = (word >> bits) | (word << (32 - bits));
}

template <class Word>
[[gnu::always_inline]] inline void mix(Word& a, Word& b, Word& c, Word& d, const Word& x, const Word& y) {
  a += b + x;
  d ^= a;
  turn_right<16>(d);
  c += d;
  b ^= c;
  turn_right<12>(b);
  a += b + y;
  d ^= a;
  turn_right<8>(d);
  c += d;
  b ^= c;
  turn_right<7>(b);
}

// Columns, then diagonals.
template <class Word>
[[gnu::always_inline]] inline void mix_all(std::array<Word, 16>& v, const std::array<Word, 16>& m,
                                           const std::array<std::size_t, 16>& order) {
  mix(v[0], v[4], v[8], v[12], m[order[0]], m[order[1]]);
  mix(v[1], v[5], v[9], v[13], m[order[2]], m[order[3]]);
  mix(v[2], v[6], v[10], v[14], m[order[4]], m[order[5]]);
  mix(v[3], v[7], v[11], v[15], m[order[6]], m[order[7]]);
  mix(v[0], v[5], v[10], v[15], m[order[8]], m[order[9]]);
  mix(v[1], v[6], v[11], v[12], m[order[10]], m[order[11]]);
  mix(v[2], v[7], v[8], v[13], m[order[12]], m[order[13]]);
  mix(v[3], v[4], v[9], v[14], m[order[14]], m[order[15]]);
}

// The part of a compression's input beside chaining value and message.
template <class Word>
struct Tweak {
  Word low{};  ///< of the chunk's number
  Word high{};
  std::uint32_t length = kBlock;
  std::uint32_t flags = 0;
};

template <class Word>
[[gnu::always_inline]] inline void compress(std::array<Word, 8>& chaining, const std::array<Word, 16>& message,
                                            const Tweak<Word>& tweak) {
  std::array<Word, 16> v{};
  for (std::size_t i = 0; i < 8; ++i) v[i] = chaining[i];
  for (std::size_t i = 0; i < 4; ++i) v[8 + i] += kInitial[i];
  v[12] = tweak.low;
  v[13] = tweak.high;
  v[14] += tweak.length;
  v[15] += tweak.flags;
#pragma clang loop unroll(full)
  for (const auto& order : kSchedule) mix_all(v, message, order);
  for (std::size_t i = 0; i < 8; ++i) chaining[i] = v[i] ^ v[i + 8];
}

// A compression that is not made yet: only at the end is it known whether it is the root.
struct Node {
  Words chaining = kInitial;
  Message message{};
  Tweak<std::uint32_t> tweak;

  [[nodiscard]] Words output(std::uint32_t more_flags = 0) const {
    Words out = chaining;
    auto with_flags = tweak;
    with_flags.flags |= more_flags;
    compress(out, message, with_flags);
    return out;
  }
};

Node parent_of(const Words& left, const Words& right) {
  Node node{.tweak = {.flags = kParent}};
  std::ranges::copy(left, node.message.begin());
  std::ranges::copy(right, node.message.begin() + 8);
  return node;
}

Message little_endian(std::string_view block) {
  Message words{};
  std::memcpy(words.data(), block.data(), block.size());
  if constexpr (std::endian::native == std::endian::big) {
    for (auto& word : words) word = std::byteswap(word);
  }
  return words;
}

// The last compression of a chunk of at most 1024 bytes.
Node chunk_node(std::string_view bytes, std::uint64_t number) {
  Node node{.tweak = {.low = static_cast<std::uint32_t>(number),
                      .high = static_cast<std::uint32_t>(number >> 32U),
                      .flags = kChunkStart}};
  for (; bytes.size() > kBlock; bytes.remove_prefix(kBlock)) {
    node.message = little_endian(bytes.substr(0, kBlock));
    node.chaining = node.output();
    node.tweak.flags = 0;
  }
  node.message = little_endian(bytes);
  node.tweak.length = static_cast<std::uint32_t>(bytes.size());
  node.tweak.flags |= kChunkEnd;
  return node;
}

// Rows become columns: of eight words each of eight chunks, one word each of all chunks. Or back.
[[gnu::always_inline]] inline void transpose(Lanes* rows) {
  for (std::size_t i = 0; i < 8; i += 2) {
    const Lanes left = rows[i];
    const Lanes right = rows[i + 1];
    rows[i] = __builtin_shufflevector(left, right, 0, 8, 2, 10, 4, 12, 6, 14);
    rows[i + 1] = __builtin_shufflevector(left, right, 1, 9, 3, 11, 5, 13, 7, 15);
  }
  for (const std::size_t i : {0UL, 1UL, 4UL, 5UL}) {
    const Lanes left = rows[i];
    const Lanes right = rows[i + 2];
    rows[i] = __builtin_shufflevector(left, right, 0, 1, 8, 9, 4, 5, 12, 13);
    rows[i + 2] = __builtin_shufflevector(left, right, 2, 3, 10, 11, 6, 7, 14, 15);
  }
  for (std::size_t i = 0; i < 4; ++i) {
    const Lanes left = rows[i];
    const Lanes right = rows[i + 4];
    rows[i] = __builtin_shufflevector(left, right, 0, 1, 2, 3, 8, 9, 10, 11);
    rows[i + 4] = __builtin_shufflevector(left, right, 4, 5, 6, 7, 12, 13, 14, 15);
  }
}

using GroupOutputs = std::array<Words, kLanes>;

[[gnu::always_inline]] inline void hash_lanes(std::string_view bytes, std::uint64_t first, GroupOutputs& out) {
  std::array<Lanes, 8> chaining{};
  Tweak<Lanes> tweak;
  for (std::size_t i = 0; i < kLanes; ++i) {
    chaining[i] += kInitial[i];
    tweak.low[i] = static_cast<std::uint32_t>(first + i);
    tweak.high[i] = static_cast<std::uint32_t>((first + i) >> 32U);
  }
  for (std::size_t block = 0; block < kBlocksOfChunk; ++block) {
    std::array<Lanes, 16> message{};
    for (std::size_t i = 0; i < kLanes; ++i) {
      const char* const words = bytes.data() + i * kChunkBytes + block * kBlock;
      std::memcpy(&message[i], words, sizeof(Lanes));
      std::memcpy(&message[8 + i], words + sizeof(Lanes), sizeof(Lanes));
    }
    transpose(message.data());
    transpose(message.data() + 8);
    tweak.flags = (block == 0 ? kChunkStart : 0) | (block + 1 == kBlocksOfChunk ? kChunkEnd : 0);
    compress(chaining, message, tweak);
  }
  transpose(chaining.data());
  std::memcpy(out.data(), chaining.data(), sizeof out);
}

using HashGroup = void (*)(std::string_view bytes, std::uint64_t first, GroupOutputs& out);

void hash_group(std::string_view bytes, std::uint64_t first, GroupOutputs& out) {
  if constexpr (std::endian::native == std::endian::little) return hash_lanes(bytes, first, out);
  for (std::size_t i = 0; i < kLanes; ++i) {
    out[i] = chunk_node(bytes.substr(i * kChunkBytes, kChunkBytes), first + i).output();
  }
}

#ifdef __x86_64__
[[gnu::target("avx2")]] void hash_group_avx2(std::string_view bytes, std::uint64_t first, GroupOutputs& out) {
  hash_lanes(bytes, first, out);
}
// With its instructions that turn words, and twice as many registers.
[[gnu::target("avx512f,avx512vl")]] void hash_group_avx512(std::string_view bytes, std::uint64_t first,
                                                           GroupOutputs& out) {
  hash_lanes(bytes, first, out);
}
#endif

HashGroup best_for_this_processor() {
#ifdef __x86_64__
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl")) return hash_group_avx512;
  if (__builtin_cpu_supports("avx2")) return hash_group_avx2;
#endif
  return hash_group;
}

// Takes the next chunk into the tree. Two subtrees of one size are one of twice the size: as many as there are zeros at
// the end of the count.
void add_chunk(std::vector<Words>& left, std::uint64_t count, Words output) {
  for (; count % 2 == 0; count /= 2) {
    output = parent_of(left.back(), output).output();
    left.pop_back();
  }
  left.push_back(output);
}

}  // namespace

void Blake3::end_group(std::string_view bytes) {
  static const HashGroup hash = best_for_this_processor();
  GroupOutputs outputs{};
  hash(bytes, chunks_, outputs);
  for (const auto& output : outputs) add_chunk(left_, ++chunks_, output);
}

void Blake3::update(std::string_view bytes) {
  while (!bytes.empty()) {
    // A full group waits for the next byte: the last chunk of all is ended in another way.
    if (filled_ == kGroup) {
      end_group({pending_.data(), kGroup});
      filled_ = 0;
    }
    if (filled_ == 0) {
      for (; bytes.size() > kGroup; bytes.remove_prefix(kGroup)) end_group(bytes.substr(0, kGroup));
    }
    const auto taken = std::min(kGroup - filled_, bytes.size());
    std::ranges::copy(bytes.substr(0, taken), pending_.begin() + static_cast<std::ptrdiff_t>(filled_));
    filled_ += taken;
    bytes.remove_prefix(taken);
  }
}

std::string Blake3::hex() const {
  auto subtrees = left_;
  auto chunks = chunks_;
  std::string_view rest(pending_.data(), filled_);
  for (; rest.size() > kChunk; rest.remove_prefix(kChunk)) {
    const auto output = chunk_node(rest.substr(0, kChunk), chunks).output();
    add_chunk(subtrees, ++chunks, output);
  }
  Node node = chunk_node(rest, chunks);
  for (auto left = subtrees.rbegin(); left != subtrees.rend(); ++left) node = parent_of(*left, node.output());
  std::string text;
  for (const auto word : node.output(kRoot)) {
    // Words are written with their lowest byte first.
    for (unsigned shift = 0; shift < 32; shift += 8) text += fmt::format("{:02x}", (word >> shift) & 0xFFU);
  }
  return text;
}

}  // namespace plumbline
