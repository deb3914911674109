#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/child.h"
#include "base/result.h"
#include "manifests/sources/git/verify_keys.h"

/// Finds out who signed a commit. OpenPGP signatures are checked by gpgv, ssh signatures by ssh-keygen. These run as
/// children with fixed arguments, and get nothing but the signature, the signed bytes and the trusted keys.
namespace plumbline::manifests {

/// The paths at which Debian's packages gpgv and openssh-client install them.
struct VerifyTools {
  std::string gpgv = "/usr/bin/gpgv";
  std::string ssh_keygen = "/usr/bin/ssh-keygen";
  std::chrono::milliseconds deadline{20'000};
};

/// Checks that a commit is signed by one of some keys. The state of a key today counts: a key that has expired or was
/// revoked no longer counts, whenever it signed, because the author chooses the date of a commit. The check is a state
/// machine without I/O of its own after construction: the caller runs the commands from next() and reports how they
/// ended.
class SignatureCheck {
 public:
  /// Reads the commit (40 hex digits) of a bare repository. Blocks; for the pool. Later functions do not block.
  SignatureCheck(const std::string& repository, std::string commit, TrustedKeys keys, VerifyTools tools = {});

  /// The next command to run; nothing once there is a verdict.
  std::optional<ChildCommand> next();
  /// Reports how the last command from next() ended.
  void ended(const Result<ChildEnd>& end);

  /// The signer, for people: `OpenPGP key 4051…6052 (A <a@example.com>)`, `ssh key SHA256:… (alice)`. The error says
  /// what is wrong with the signature.
  [[nodiscard]] Result<std::string> verdict() const;

 private:
  enum class Step { openpgp, ssh_principal, ssh_signature, done };

  void read_commit(const std::string& repository);
  void decide(Result<std::string> signer);
  [[nodiscard]] Result<ChildCommand> command() const;
  void read_openpgp(const ChildEnd& end);
  void read_principal(const ChildEnd& end);
  void read_ssh(const ChildEnd& end);

  std::string commit_;
  TrustedKeys keys_;
  VerifyTools tools_;
  std::string signature_;
  std::string signed_bytes_;  ///< the commit without its signature
  std::string principal_;     ///< of ssh
  Step step_ = Step::done;
  Result<std::string> signer_;
};

/// Reads the signer from the output of `gpgv --status-fd` (GnuPG's doc/DETAILS). Exactly one good signature is
/// required; gpgv exits with 0 for expired and revoked keys as well.
Result<std::string> read_gpgv_status(std::string_view output);

}  // namespace plumbline::manifests
