#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

/// Whose signatures count.
namespace plumbline::manifests {

/// The keys of a folder, as the two programs want them that check signatures.
struct TrustedKeys {
  std::string keyring;          ///< OpenPGP public keys in binary form (RFC 4880), one behind the other
  std::string allowed_signers;  ///< ssh-keygen(1), ALLOWED SIGNERS

  [[nodiscard]] bool empty() const { return keyring.empty() && allowed_signers.empty(); }
};

/// Reads every file of a folder (not below it): OpenPGP public keys, armored or binary; `*.pub` as
/// ssh-keygen writes them; files with `allowed_signers` in their name. Names that begin with a dot are
/// passed over, and links are followed inside the folder (Kubernetes). Anything else is an error, as is
/// a folder without a key: a key that is not understood must not go unnoticed.
Result<TrustedKeys> read_trusted_keys(const std::string& folder);

/// Adds what one file holds.
Result<void> add_trusted_keys(std::string_view name, std::string_view bytes, TrustedKeys& keys);

}  // namespace plumbline::manifests
