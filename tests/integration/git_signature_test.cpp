#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "tests/support/fetch.h"
#include "tests/support/files.h"
#include "tests/support/git_repository.h"
#include "tests/support/git_servers.h"
#include "tests/support/signers.h"

/// Commits signed by the real gpg and ssh-keygen, checked by the real gpgv and ssh-keygen.
namespace plumbline::testing {

namespace fs = std::filesystem;

namespace {

/// A repository, and the folder of the keys that are trusted.
struct World {
  [[nodiscard]] fs::path keys() const { return folder.path() / "keys"; }
  void trust(const std::string& file, const std::string& bytes) const { write_file(keys() / file, bytes); }

  /// Who signed the commit, or why it does not count.
  [[nodiscard]] std::string verdict(const std::string& commit) const {
    const auto trusted = manifests::read_trusted_keys(keys().string());
    REQUIRE_MESSAGE(trusted, trusted.error().message);
    const auto signer = verify_commit(repository.remote().string(), commit, *trusted);
    if (signer) return *signer;
    const std::string front = "commit " + commit + " is not verified: ";
    const auto& message = signer.error().message;
    CHECK_MESSAGE(message.starts_with(front), message);
    return message.substr(std::min(front.size(), message.size()));
  }

  TemporaryFolder folder;
  GitRepository repository{folder.path() / "git"};
};

struct OpenPgpWorld : World {
  explicit OpenPgpWorld(const std::string& now = {}) : signer(folder.path() / "gpg", now) {}
  OpenPgpSigner signer;
};

struct SshWorld : World {
  SshSigner alice{folder.path() / "ssh", "alice"};
  SshSigner mallory{folder.path() / "ssh", "mallory"};
};

}  // namespace

TEST_CASE("a commit signed with a trusted OpenPGP key is verified") {
  if (lacks(OpenPgpSigner::programs())) return;
  const OpenPgpWorld world;
  const auto key = world.signer.make_key("Alice <alice@example.com>");
  const auto other = world.signer.make_key("Bob <bob@example.com>");
  SUBCASE("armored, two keys in one file") {
    world.trust("team.asc", world.signer.armored(other) + world.signer.armored(key));
  }
  SUBCASE("in binary form") {
    world.trust("alice.gpg", world.signer.binary(key));
  }
  CHECK(world.verdict(world.signer.commit(world.repository, key)) ==
        "OpenPGP key " + key + " (Alice <alice@example.com>)");
}

TEST_CASE("a commit that is unsigned, forged or signed with a foreign OpenPGP key is not verified") {
  if (lacks(OpenPgpSigner::programs())) return;
  const OpenPgpWorld world;
  const auto key = world.signer.make_key("Alice <alice@example.com>");
  const auto foreign = world.signer.make_key("Mallory <mallory@example.com>");
  world.trust("alice.asc", world.signer.armored(key));
  CHECK(world.verdict(world.repository.commit("unsigned")) == "it is not signed");
  CHECK(world.verdict(world.signer.commit(world.repository, foreign)) ==
        "it is signed with an OpenPGP key, or in a way, that is not trusted (key " + foreign.substr(24) + ")");
  world.signer.commit(world.repository, key);
  CHECK(world.verdict(forge_last_commit(world.repository)) ==
        "its OpenPGP signature does not match the commit (key " + key.substr(24) + ")");
}

TEST_CASE("an OpenPGP key that has expired or was revoked counts no more, whenever it signed") {
  if (lacks(OpenPgpSigner::programs())) return;
  SUBCASE("expired") {
    const OpenPgpWorld world("20200101T120000");
    const auto key = world.signer.make_key("Alice <alice@example.com>", "1d");
    world.trust("alice.asc", world.signer.armored(key));
    CHECK(world.verdict(world.signer.commit(world.repository, key)) ==
          "the OpenPGP key that signed it has expired (key " + key.substr(24) + ")");
  }
  SUBCASE("revoked") {
    const OpenPgpWorld world;
    const auto key = world.signer.make_key("Alice <alice@example.com>");
    const auto commit = world.signer.commit(world.repository, key);
    world.signer.revoke(key);
    world.trust("alice.asc", world.signer.armored(key));
    CHECK(world.verdict(commit) == "the OpenPGP key that signed it was revoked (key " + key.substr(24) + ")");
  }
}

TEST_CASE("a commit signed with a trusted key of ssh is verified") {
  if (lacks(SshSigner::programs())) return;
  const SshWorld world;
  SUBCASE("a public key as ssh-keygen writes it") {
    world.trust("alice.pub", world.alice.public_key());
  }
  SUBCASE("a file of allowed signers") {
    world.trust("allowed_signers", "bob " + world.mallory.public_key() + "alice " + world.alice.public_key());
  }
  CHECK(world.verdict(world.alice.commit(world.repository)) == "ssh key " + world.alice.fingerprint() + " (alice)");
}

TEST_CASE("ecdsa and rsa keys of ssh sign as well") {
  if (lacks(SshSigner::programs())) return;
  for (const std::string type : {"ecdsa", "rsa"}) {
    CAPTURE(type);
    const World world;
    const SshSigner signer(world.folder.path() / "ssh", "signer", type);
    world.trust("signer.pub", signer.public_key());
    CHECK(world.verdict(signer.commit(world.repository)) == "ssh key " + signer.fingerprint() + " (signer)");
  }
}

TEST_CASE("a commit that is unsigned, forged or signed with a foreign key of ssh is not verified") {
  if (lacks(SshSigner::programs())) return;
  const SshWorld world;
  world.trust("alice.pub", world.alice.public_key());
  CHECK(world.verdict(world.repository.commit("unsigned")) == "it is not signed");
  CHECK(world.verdict(world.mallory.commit(world.repository)) == "it is signed with an ssh key that is not trusted");
  world.alice.commit(world.repository);
  CHECK(world.verdict(forge_last_commit(world.repository)) == "its ssh signature does not match the commit");
}

TEST_CASE("a key of ssh counts only in its time and for commits") {
  if (lacks(SshSigner::programs())) return;
  const SshWorld world;
  SUBCASE("its time is over") {
    world.trust("allowed_signers", "alice valid-before=\"20200101\" " + world.alice.public_key());
  }
  SUBCASE("it is for files") {
    world.trust("allowed_signers", "alice namespaces=\"file\" " + world.alice.public_key());
  }
  CHECK(world.verdict(world.alice.commit(world.repository)).contains("ssh"));
}

TEST_CASE("a signature of a kind of which no key is trusted says so") {
  if (lacks(OpenPgpSigner::programs()) || lacks(SshSigner::programs())) return;
  const OpenPgpWorld world;
  const SshSigner alice(world.folder.path() / "ssh", "alice");
  const auto key = world.signer.make_key("Alice <alice@example.com>");
  world.trust("alice.asc", world.signer.armored(key));
  CHECK(world.verdict(alice.commit(world.repository)) == "it is signed with ssh, but no ssh key is trusted");
  fs::remove(world.keys() / "alice.asc");
  world.trust("alice.pub", alice.public_key());
  CHECK(world.verdict(world.signer.commit(world.repository, key)) ==
        "it is signed with OpenPGP, but no OpenPGP key is trusted");
}

TEST_CASE("a program that checks signatures and is not there is told by name") {
  if (lacks(SshSigner::programs())) return;
  const SshWorld world;
  world.trust("alice.pub", world.alice.public_key());
  const auto commit = world.alice.commit(world.repository);
  const auto keys = manifests::read_trusted_keys(world.keys().string());
  REQUIRE(keys);
  const auto checked =
      verify_commit(world.repository.remote().string(), commit, *keys, {.ssh_keygen = "/no/such/ssh-keygen"});
  REQUIRE_FALSE(checked);
  CHECK(checked.error().message.ends_with(
      "its signature cannot be checked: /no/such/ssh-keygen cannot be started: No such file or directory"));
}

}  // namespace plumbline::testing
