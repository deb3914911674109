#include "manifests/sources/git/git_ssh_key.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/base64.h"
#include "base/digest.h"
#include "base/secret.h"

namespace plumbline::manifests {
namespace {

constexpr std::string_view kKeyBegin = "-----BEGIN OPENSSH PRIVATE KEY-----";
constexpr std::string_view kEnd = "-----END OPENSSH PRIVATE KEY-----";
constexpr std::string_view kMagic{"openssh-key-v1\0", 15};
constexpr std::string_view kMakeOne = "make one that can be used with: ssh-keygen -t ed25519 -N '' -f KEY";

std::unexpected<Error> no_key() {
  return fail(fmt::format("the ssh key is not a private key in OpenSSH's format; {}", kMakeOne));
}

// The base64 between the two lines of dashes.
std::string body_of(std::string_view text) {
  const auto begin = text.find(kKeyBegin);
  const auto end = text.find(kEnd);
  if (begin == std::string_view::npos || end == std::string_view::npos || end < begin) return {};
  std::string body(text.substr(begin + kKeyBegin.size(), end - begin - kKeyBegin.size()));
  std::erase_if(body, [](char c) { return c == '\n' || c == '\r' || c == ' '; });
  return body;
}

std::optional<std::uint32_t> take_number(std::string_view& wire) {
  constexpr std::size_t kSize = 4;
  if (wire.size() < kSize) return std::nullopt;
  std::uint32_t number = 0;
  for (const char byte : wire.substr(0, kSize)) number = number << 8U | static_cast<unsigned char>(byte);
  wire.remove_prefix(kSize);
  return number;
}

// Checks only the part in the clear: cipher, key derivation, and the public key.
Result<void> check_header(std::string_view wire) {
  if (!wire.starts_with(kMagic)) return no_key();
  wire.remove_prefix(kMagic.size());
  const auto cipher = take_ssh_string(wire);
  const auto derivation = take_ssh_string(wire);
  const auto options = take_ssh_string(wire);
  const auto count = take_number(wire);
  const auto public_key = take_ssh_string(wire);
  if (!cipher || !derivation || !options || count != 1U || !public_key) return no_key();
  if (*cipher != "none") {
    return fail("the ssh key is locked by a passphrase; remove it from a copy with: ssh-keygen -p -N '' -f KEY");
  }
  const std::string type = key_type(*public_key);
  if (type == "ssh-rsa") {
    return fail(
        fmt::format("the ssh key is an RSA key, which servers refuse from this program (libssh2 1.10 signs "
                    "with SHA-1); {}",
                    kMakeOne));
  }
  if (type == "ssh-ed25519" || type.starts_with("ecdsa-sha2-nistp")) return {};
  return fail(fmt::format("the ssh key is of a kind that cannot be used here; {}", kMakeOne));
}

}  // namespace

std::optional<std::string_view> take_ssh_string(std::string_view& wire) {
  std::string_view rest = wire;
  const auto size = take_number(rest);
  if (!size || rest.size() < *size) return std::nullopt;
  wire = rest.substr(*size);
  return rest.substr(0, *size);
}

std::string key_type(std::string_view public_key) {
  return std::string(take_ssh_string(public_key).value_or(""));
}

std::string fingerprint(std::string_view public_key) {
  std::string text = "SHA256:" + to_base64(sha256(public_key));
  while (text.ends_with('=')) text.pop_back();
  return text;
}

Result<void> check_private_key(std::string_view text) {
  if (text.contains("BEGIN RSA PRIVATE KEY")) {
    return fail(fmt::format("the ssh key is an RSA key, which servers refuse from this program; {}", kMakeOne));
  }
  if (text.contains("PRIVATE KEY-----") && !text.contains(kKeyBegin)) {
    return fail(
        "the ssh key is in another format than OpenSSH's; rewrite a copy of it with: ssh-keygen -p -N '' -f KEY");
  }
  std::string body = body_of(text);
  auto wire = from_base64(body);
  wipe(body);
  if (!wire) return no_key();
  auto checked = check_header(*wire);
  wipe(*wire);
  return checked;
}

}  // namespace plumbline::manifests
