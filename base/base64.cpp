#include "base/base64.h"

#include <openssl/evp.h>

#include <bit>
#include <cstdint>
#include <cstring>
#include <limits>

namespace plumbline {
namespace {

constexpr auto kMost = static_cast<std::size_t>(std::numeric_limits<int>::max()) / 2;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

using SixteenBytes [[gnu::vector_size(16)]] = unsigned char;
using FourWords [[gnu::vector_size(16)]] = std::uint32_t;

// Twelve bytes as sixteen digits (RFC 4648, section 4), of which sixteen bytes are read. Side by side, because
// OpenSSL's encoder takes as long for an asset as its hash does.
void encode_twelve(std::string_view bytes, char* digits) {
  SixteenBytes in;
  std::memcpy(&in, bytes.data(), sizeof in);
  // Each word gets three bytes, the first of them highest.
  const auto words =
      std::bit_cast<FourWords>(__builtin_shufflevector(in, in, 2, 1, 0, 0, 5, 4, 3, 3, 8, 7, 6, 6, 11, 10, 9, 9));
  const FourWords sixes =
      (words >> 18U & 0x3FU) | (words >> 4U & 0x3F00U) | (words << 10U & 0x3F0000U) | (words << 24U & 0x3F000000U);
  const auto six = std::bit_cast<SixteenBytes>(sixes);
  // From A, a, 0, + and / on, the distance to the digit is another one.
  const auto from = [&six](unsigned char first) { return std::bit_cast<SixteenBytes>(six >= first); };
  const SixteenBytes out = six + 'A' + (from(26) & 6) - (from(52) & 75) - (from(62) & 15) + (from(63) & 3);
  std::memcpy(digits, &out, sizeof out);
}

unsigned char* bytes_of(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

}  // namespace

std::string to_base64(std::string_view bytes) {
  std::string out;
  to_base64(bytes, out);
  return out;
}

void to_base64(std::string_view bytes, std::string& out) {
  const auto length = 4 * ((bytes.size() + 2) / 3);
  // OpenSSL writes a NUL behind the text.
  out.resize(length + 1);
  char* at = out.data();
  if constexpr (std::endian::native == std::endian::little) {
    for (; bytes.size() >= sizeof(SixteenBytes); bytes.remove_prefix(12), at += 16) encode_twelve(bytes, at);
  }
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(at), bytes_of(bytes), static_cast<int>(bytes.size()));
  out.resize(length);
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0 || text.size() > kMost) return std::nullopt;
  std::string out(text.size() / 4 * 3, '\0');
  const int length = EVP_DecodeBlock(bytes_of(out), bytes_of(text), static_cast<int>(text.size()));
  if (length < 0) return std::nullopt;
  // OpenSSL counts bytes for the padding as well.
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  if (static_cast<std::size_t>(length) < padding) return std::nullopt;
  out.resize(static_cast<std::size_t>(length) - padding);
  // It also skips spaces, and reads `=` as zero at any place.
  if (to_base64(out) != text) return std::nullopt;
  return out;
}

}  // namespace plumbline
