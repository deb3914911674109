#pragma once

#include <string>
#include <string_view>

#include "base/secret.h"

namespace plumbline {

/// SHA-256 as 64 lower-case hex digits.
std::string sha256_hex(std::string_view bytes);

/// SHA-256 as its 32 bytes.
std::string sha256(std::string_view bytes);

/// HMAC-SHA-1 as its 20 bytes. Only for known_hosts, whose host names OpenSSH hashes with it.
std::string hmac_sha1(std::string_view key, std::string_view bytes);

/// HMAC-SHA-256 (RFC 2104) as 64 lower-case hex digits.
std::string hmac_sha256_hex(const Secret& key, std::string_view bytes);

/// The first 128 bits of a digest in hex: 32 digits. This is the form in which annotations hold identities.
inline std::string truncated(std::string digest) {
  digest.resize(32);
  return digest;
}

/// Compares two texts in a time that depends only on their lengths.
bool constant_time_equal(std::string_view left, std::string_view right);

/// `bytes` random bytes in hex.
std::string random_hex(std::size_t bytes);

}  // namespace plumbline
