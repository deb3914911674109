#include "manifests/sources/git/verify.h"

#include <doctest/doctest.h>

#include <filesystem>

#include "base/base64.h"
#include "manifests/sources/git/verify_keys.h"
#include "tests/unit/manifests/support.h"

namespace plumbline::manifests {
namespace {

using test::TempFolder;

constexpr std::string_view kEd25519 = "AAAAC3NzaC1lZDI1NTE5AAAAIEghNdQdCFX/YV1MPPfTWkbaXJ8UHHEWNQpX0dV5dHPa";

std::string status(std::string_view output) {
  const auto signer = read_gpgv_status(output);
  return signer ? *signer : "error: " + signer.error().message;
}

std::string problem(std::string_view name, std::string_view bytes) {
  TrustedKeys keys;
  const auto added = add_trusted_keys(name, bytes, keys);
  return added ? "none" : added.error().message;
}

std::string armored(std::string_view packets) {
  return "-----BEGIN PGP PUBLIC KEY BLOCK-----\nComment: x\n\n" + to_base64(packets) +
         "\n=abcd\n-----END PGP PUBLIC KEY BLOCK-----\n";
}

// The first octet of a public-key packet, in the new and in the old format (RFC 4880, 4.2).
const std::string kNewPacket = "\xC6\x01x";
const std::string kOldPacket = "\x98\x01y";

}  // namespace

TEST_CASE("a good signature is told with the primary key and its user") {
  CHECK(status("[GNUPG:] NEWSIG\n[GNUPG:] GOODSIG 0123456789ABCDEF Alice <a@example.com>\n"
               "[GNUPG:] VALIDSIG 1111 2026-01-01 1 0 4 0 22 10 00 2222\n") ==
        "OpenPGP key 2222 (Alice <a@example.com>)");
}

TEST_CASE("everything but one good signature is refused") {
  const std::string good =
      "[GNUPG:] GOODSIG 0123456789ABCDEF A\n[GNUPG:] VALIDSIG 1111 2026-01-01 1 0 4 0 22 10 00 2222\n";
  CHECK(status("") == "error: its OpenPGP signature cannot be read");
  CHECK(status("GOODSIG 1 A\nVALIDSIG 1 2\n") == "error: its OpenPGP signature cannot be read");
  CHECK(status("[GNUPG:] GOODSIG 0123456789ABCDEF A\n") == "error: its OpenPGP signature cannot be read");
  CHECK(status(good + good) == "error: it has more than one OpenPGP signature");
  CHECK(status(good + "[GNUPG:] BADSIG 22 B\n") == "error: its OpenPGP signature does not match the commit (key 22)");
  CHECK(status("[GNUPG:] EXPSIG 22 B\n" + good) == "error: its OpenPGP signature has expired (key 22)");
  CHECK(status("[GNUPG:] REVKEYSIG 22 B\n" + good) == "error: the OpenPGP key that signed it was revoked (key 22)");
}

TEST_CASE("OpenPGP keys are taken armored and in binary form, one behind the other") {
  TrustedKeys keys;
  REQUIRE(add_trusted_keys("a.asc", armored(kNewPacket) + "text between\n" + armored(kOldPacket), keys));
  REQUIRE(add_trusted_keys("b.gpg", kOldPacket, keys));
  CHECK(keys.keyring == kNewPacket + kOldPacket + kOldPacket);
  CHECK(keys.allowed_signers.empty());
}

TEST_CASE("keys of ssh are named by their file and count for commits alone") {
  TrustedKeys keys;
  const std::string line = "ssh-ed25519 " + std::string(kEd25519);
  REQUIRE(add_trusted_keys("alice in wonderland.pub", "# a comment\n\n" + line + " alice@laptop\n", keys));
  CHECK(keys.allowed_signers == "alice_in_wonderland namespaces=\"git\" " + line + "\n");
  REQUIRE(add_trusted_keys("allowed_signers", "bob " + line, keys));
  CHECK(keys.allowed_signers.ends_with("\nbob " + line + "\n"));
}

TEST_CASE("a file that is no key is refused with a reason") {
  CHECK(problem("a", "-----BEGIN OPENSSH PRIVATE KEY-----") == "it holds a private key, which does not belong here");
  CHECK(problem("a.asc", "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nxsFN") == "its armor is cut short");
  CHECK(problem("a.asc", armored("no packet")) == "its armor holds no public key");
  CHECK(problem("a.pub", "ssh-ed25519") == "it is not an ssh public key");
  CHECK(problem("a.pub", "ssh-rsa " + std::string(kEd25519)) == "it is not an ssh public key");
  CHECK(problem("a.pub", "# nobody\n") == "it holds no key");
  CHECK(problem("readme.txt", "x") ==
        "it is neither an OpenPGP public key nor a file of ssh keys (NAME.pub, or allowed_signers in its name)");
}

TEST_CASE("a folder of keys is read whole, as Kubernetes mounts it") {
  const TempFolder folder;
  const std::string line = "ssh-ed25519 " + std::string(kEd25519) + "\n";
  folder.write("..2026/alice.pub", line);
  std::filesystem::create_symlink("..2026", folder.path("..data"));
  std::filesystem::create_symlink("..data/alice.pub", folder.path("alice.pub"));
  const auto keys = read_trusted_keys(folder.path());
  REQUIRE_MESSAGE(keys, keys.error().message);
  CHECK(keys->allowed_signers.starts_with("alice namespaces"));
  folder.write("notes.txt", "x");
  CHECK(read_trusted_keys(folder.path())
            .error()
            .message.starts_with("the key \"" + folder.path("notes.txt") +
                                 "\" cannot be used: it is neither an OpenPGP public key nor a file of ssh keys"));
}

TEST_CASE("a folder without keys, or that is not there, is an error") {
  const TempFolder folder;
  CHECK(read_trusted_keys(folder.path()).error().message == "the folder \"" + folder.path() + "\" holds no key");
  CHECK(read_trusted_keys(folder.path("gone")).error().message.contains("cannot be opened: No such file"));
}

}  // namespace plumbline::manifests
