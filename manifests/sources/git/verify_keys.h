#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

/// The keys whose signatures count.
namespace plumbline::manifests {

/// The keys of a folder, in the formats that gpgv and ssh-keygen want.
struct TrustedKeys {
  std::string keyring;          ///< OpenPGP public keys in binary form (RFC 4880), concatenated
  std::string allowed_signers;  ///< ssh-keygen(1), ALLOWED SIGNERS

  [[nodiscard]] bool empty() const { return keyring.empty() && allowed_signers.empty(); }
};

/// Reads every file of a folder (not of folders below it): OpenPGP public keys, armored or binary; `*.pub` as
/// ssh-keygen writes them; files with `allowed_signers` in their name. Names that begin with a dot are skipped; links
/// are followed inside the folder (Kubernetes). Any other file is an error, because a key that is not understood must
/// not go unnoticed. A folder without a key is an error, too. Blocks; for the pool.
Result<TrustedKeys> read_trusted_keys(const std::string& folder);

/// Adds the keys of one file. The error says what is wrong with it.
Result<void> add_trusted_keys(std::string_view name, std::string_view bytes, TrustedKeys& keys);

}  // namespace plumbline::manifests
