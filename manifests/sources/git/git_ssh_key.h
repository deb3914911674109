#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

/// Keys in the formats of ssh: RFC 4253, section 6.6, and OpenSSH's PROTOCOL.key.
namespace plumbline::manifests {

/// Removes a string (four bytes of length, then the bytes) from the front of `wire` and returns it; nothing if it is
/// incomplete.
std::optional<std::string_view> take_ssh_string(std::string_view& wire);

/// The type of a public key in binary form, `ssh-ed25519`; empty if there is none.
std::string key_type(std::string_view public_key);

/// `SHA256:` and 43 characters, as `ssh-keygen -l` shows it.
std::string fingerprint(std::string_view public_key);

/// Checks that a private key (the text of its file) can be used for fetching: an ed25519 or ecdsa key in OpenSSH's own
/// format, without a passphrase. The error says how to make one, and never holds a part of the key.
Result<void> check_private_key(std::string_view text);

}  // namespace plumbline::manifests
