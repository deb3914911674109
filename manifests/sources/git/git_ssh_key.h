#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

/// Keys as ssh writes them: RFC 4253, section 6.6, and OpenSSH's PROTOCOL.key.
namespace plumbline::manifests {

/// Takes a string (four bytes of length, then the bytes) from the front of `wire`; nothing if it is
/// cut short.
std::optional<std::string_view> take_ssh_string(std::string_view& wire);

/// `ssh-ed25519`, out of a public key in its binary form; empty if there is none.
std::string key_type(std::string_view public_key);

/// `SHA256:` and 43 characters, as ssh-keygen -l shows it.
std::string fingerprint(std::string_view public_key);

/// Whether a private key (the text of its file) can be used to fetch: an ed25519 or ecdsa key in
/// OpenSSH's own format, without a passphrase. The error says how to make one that can, and never
/// holds a part of the key.
Result<void> check_private_key(std::string_view text);

}  // namespace plumbline::manifests
