#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/result.h"
#include "manifests/verify_keys.h"

/// Who signed a commit. OpenPGP signatures are checked by gpgv and ssh's by ssh-keygen, as children with
/// fixed arguments, which are given nothing but the signature, the signed bytes and the trusted keys.
namespace plumbline::manifests {

/// Where Debian's packages gpgv and openssh-client put them.
struct VerifyTools {
  std::string gpgv = "/usr/bin/gpgv";
  std::string ssh_keygen = "/usr/bin/ssh-keygen";
  std::chrono::milliseconds deadline{20'000};
};

/// Checks that a commit (40 hex digits) of a bare repository is signed by one of the keys, as things are
/// now: a key that has expired or was revoked counts no more, whenever it signed, since the date of a
/// commit is its author's to choose. Returns the signer, for people: `OpenPGP key 4051…6052 (A
/// <a@example.com>)`, `ssh key SHA256:… (alice)`. The error says what is wrong with the signature.
/// Blocks; for the pool.
Result<std::string> verify_commit(const std::string& repository, const std::string& commit, const TrustedKeys& keys,
                                  const VerifyTools& tools = {});

/// The signer out of what `gpgv --status-fd` prints (GnuPG's doc/DETAILS): one good signature and
/// nothing else. gpgv ends with 0 for expired and revoked keys as well.
Result<std::string> read_gpgv_status(std::string_view output);

}  // namespace plumbline::manifests
