#include "simulator/base64.h"

#include <openssl/evp.h>

#include <algorithm>
#include <limits>

namespace plumbline::simulator {
namespace {

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

std::string to_base64(std::string_view bytes) {
  // OpenSSL writes a NUL behind the text.
  std::string out(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int length =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), bytes_of(bytes), static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(length));
  return out;
}

std::optional<std::string> from_base64(std::string_view text) {
  constexpr auto kMost = static_cast<std::size_t>(std::numeric_limits<int>::max());
  if (text.size() % 4 != 0 || text.size() > kMost) return std::nullopt;
  std::string out(text.size() / 4 * 3, '\0');
  const int length =
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()), bytes_of(text), static_cast<int>(text.size()));
  if (length < 0) return std::nullopt;
  // OpenSSL counts the bytes that padding stands for.
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  out.resize(static_cast<std::size_t>(length) - padding);
  return out;
}

std::string to_base64url(std::string_view bytes) {
  auto out = to_base64(bytes);
  std::erase(out, '=');
  std::ranges::replace(out, '+', '-');
  std::ranges::replace(out, '/', '_');
  return out;
}

}  // namespace plumbline::simulator
