#include "base/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <array>
#include <cstddef>
#include <span>
#include <stdexcept>
#include <vector>

namespace plumbline {
namespace {

std::string to_hex(std::span<const std::byte> bytes) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  out.reserve(2 * bytes.size());
  for (const std::byte byte : bytes) {
    const auto value = std::to_integer<unsigned>(byte);
    out += kDigits[value >> 4U];
    out += kDigits[value & 15U];
  }
  return out;
}

std::string to_text(std::span<const unsigned char> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string hmac(const EVP_MD* kind, std::string_view key, std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  if (HMAC(kind, key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(bytes.data()),
           bytes.size(), digest.data(), &length) == nullptr) {
    throw std::runtime_error("OpenSSL has no HMAC of this kind");
  }
  return to_text(std::span(digest).first(length));
}

// EVP_sha256() would be looked up at each use, which takes as long as a digest of some hundred bytes.
const EVP_MD* sha256_kind() {
  static const EVP_MD* const kind = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return kind;
}

}  // namespace

std::string sha256(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, sha256_kind(), nullptr) != 1) {
    throw std::runtime_error("OpenSSL has no SHA-256");
  }
  return to_text(std::span(digest).first(length));
}

std::string sha256_hex(std::string_view bytes) {
  const std::string digest = sha256(bytes);
  return to_hex(std::as_bytes(std::span(digest)));
}

std::string hmac_sha1(std::string_view key, std::string_view bytes) {
  return hmac(EVP_sha1(), key, bytes);
}

std::string hmac_sha256_hex(const Secret& key, std::string_view bytes) {
  const std::string digest = hmac(EVP_sha256(), key.reveal(), bytes);
  return to_hex(std::as_bytes(std::span(digest)));
}

bool constant_time_equal(std::string_view left, std::string_view right) {
  return left.size() == right.size() && CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

std::string random_hex(std::size_t bytes) {
  std::vector<unsigned char> buffer(bytes);
  if (RAND_bytes(buffer.data(), static_cast<int>(bytes)) != 1) {
    throw std::runtime_error("OpenSSL has no random numbers");
  }
  return to_hex(std::as_bytes(std::span(buffer)));
}

}  // namespace plumbline
