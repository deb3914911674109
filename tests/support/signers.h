#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/git_repository.h"

/// Keys made by gpg and ssh-keygen for one test, and commits that are signed with them as people sign theirs.
namespace plumbline::testing {

/// A home of GnuPG with keys. What gpg starts in the background is ended with this object.
class OpenPgpSigner {
 public:
  static std::vector<std::string> programs() {
    return {"/usr/bin/gpg", "/usr/bin/gpgconf", "/usr/bin/gpg-agent", "/usr/bin/gpgv"};
  }

  /// `folder` becomes the home: sockets lie in it, so that its path must be short. `now` (`20200101T120000`) is what
  /// its clock shows; empty: the time that it is.
  explicit OpenPgpSigner(std::filesystem::path folder, std::string now = {});
  ~OpenPgpSigner();
  OpenPgpSigner(const OpenPgpSigner&) = delete;
  OpenPgpSigner& operator=(const OpenPgpSigner&) = delete;

  /// A key that can sign; `lifetime` as gpg takes it (`1d`). Gives its fingerprint.
  [[nodiscard]] std::string make_key(const std::string& user, const std::string& lifetime = "never") const;
  void revoke(const std::string& fingerprint) const;

  /// The public key, armored or as bytes.
  [[nodiscard]] std::string armored(const std::string& fingerprint) const;
  [[nodiscard]] std::string binary(const std::string& fingerprint) const;

  /// Everything in the work tree as a commit signed with the key, pushed to main. Gives its 40 hex digits.
  std::string commit(const GitRepository& repository, const std::string& fingerprint) const;

 private:
  std::string gpg(std::vector<std::string> arguments, const std::string& input = {}) const;

  std::filesystem::path home_;
  std::string now_;
};

/// A key of ssh.
class SshSigner {
 public:
  static std::vector<std::string> programs() { return {"/usr/bin/ssh-keygen"}; }

  SshSigner(std::filesystem::path folder, std::string name, const std::string& type = "ed25519");

  /// The line of the .pub file.
  [[nodiscard]] std::string public_key() const;
  /// `SHA256:…`
  [[nodiscard]] std::string fingerprint() const;

  std::string commit(const GitRepository& repository) const;

 private:
  std::filesystem::path folder_;
  std::string name_;
};

/// The commit at the tip of main with another message and the same signature, pushed to main.
std::string forge_last_commit(const GitRepository& repository);

}  // namespace plumbline::testing
