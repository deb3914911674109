#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/child.h"
#include "base/result.h"
#include "manifests/sources/git/verify_keys.h"

/// Who signed a commit. OpenPGP signatures are checked by gpgv and ssh's by ssh-keygen, as children with
/// fixed arguments, which are given nothing but the signature, the signed bytes and the trusted keys.
namespace plumbline::manifests {

/// Where Debian's packages gpgv and openssh-client put them.
struct VerifyTools {
  std::string gpgv = "/usr/bin/gpgv";
  std::string ssh_keygen = "/usr/bin/ssh-keygen";
  std::chrono::milliseconds deadline{20'000};
};

/// The check that a commit is signed by one of some keys, as things are now: a key that has expired or was revoked
/// counts no more, whenever it signed, since the date of a commit is its author's to choose. Step by step: whoever has
/// it runs the commands that it asks for, and tells it how they ended.
class SignatureCheck {
 public:
  /// Reads the commit (40 hex digits) of a bare repository: blocks, for the pool.
  SignatureCheck(const std::string& repository, std::string commit, TrustedKeys keys, VerifyTools tools = {});

  /// What is to be run next; nothing once there is a verdict.
  std::optional<ChildCommand> next();
  /// How the command that next() gave last has ended.
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

/// The signer out of what `gpgv --status-fd` prints (GnuPG's doc/DETAILS): one good signature and
/// nothing else. gpgv ends with 0 for expired and revoked keys as well.
Result<std::string> read_gpgv_status(std::string_view output);

}  // namespace plumbline::manifests
