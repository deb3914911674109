#include "manifests/verify.h"

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <optional>
#include <utility>

#include "base/text.h"
#include "manifests/child_process.h"
#include "manifests/descriptor.h"
#include "manifests/git_support.h"

namespace plumbline::manifests {
namespace {

constexpr std::size_t kMaxOutput = 64ULL * 1024;
constexpr std::size_t kMaxSignature = 64ULL * 1024;
constexpr std::string_view kStatus = "[GNUPG:] ";
constexpr std::string_view kFirstFile = "/proc/self/fd/3";
constexpr std::string_view kSecondFile = "/proc/self/fd/4";

struct SignedCommit {
  std::string signature;
  std::string bytes;  // what is signed: the commit without its signature
};

struct FreeBuffer {
  void operator()(git_buf* buffer) const { git_buf_dispose(buffer); }
};

std::string to_string(const git_buf& buffer) {
  return buffer.ptr == nullptr ? std::string() : std::string(buffer.ptr, buffer.size);
}

Result<SignedCommit> read_signed(const std::string& repository, const std::string& commit) {
  const auto opened = open_bare(repository);
  if (!opened) return std::unexpected(opened.error());
  git_oid id;
  if (commit.size() != GIT_OID_HEXSZ || git_oid_fromstr(&id, commit.c_str()) < 0) {
    return fail("a commit is named by 40 hex digits");
  }
  git_buf signature{};
  git_buf bytes{};
  const std::unique_ptr<git_buf, FreeBuffer> owner(&signature);
  const std::unique_ptr<git_buf, FreeBuffer> other_owner(&bytes);
  const int error = git_commit_extract_signature(&signature, &bytes, opened->get(), &id, nullptr);
  if (error == GIT_ENOTFOUND) return fail("it is not signed");
  if (error < 0) return fail(fmt::format("its signature cannot be read: {}", git_failure()));
  if (signature.size > kMaxSignature) return fail("its signature is too long");
  return SignedCommit{.signature = to_string(signature), .bytes = to_string(bytes)};
}

// A file without a place on disk, which a child can open by the number of its descriptor.
Result<Descriptor> file_of(std::string_view bytes) {
  Descriptor file(::memfd_create("plumbline", MFD_CLOEXEC));
  if (!file.valid()) return fail("no file in memory: " + error_text(errno));
  while (!bytes.empty()) {
    const auto count = ::write(file.get(), bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return fail("no file in memory: " + error_text(errno));
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return file;
}

// Runs a program that reads two files, the first with keys, and the signed bytes.
Result<ChildEnd> run_on_files(const std::string& program, std::vector<std::string> arguments, std::string_view keys,
                              const SignedCommit& commit, std::chrono::milliseconds deadline) {
  const auto key_file = file_of(keys);
  if (!key_file) return std::unexpected(key_file.error());
  const auto signature = file_of(commit.signature);
  if (!signature) return std::unexpected(signature.error());
  auto end = run_child_to_end({.program = program,
                               .arguments = std::move(arguments),
                               .input = commit.bytes,
                               .max_output = kMaxOutput,
                               .deadline = deadline,
                               .files = {key_file->get(), signature->get()}});
  if (!end) return fail(fmt::format("its signature cannot be checked: {}", end.error().message));
  return end;
}

Result<std::string> verify_openpgp(const SignedCommit& commit, const TrustedKeys& keys, const VerifyTools& tools) {
  if (keys.keyring.empty()) return fail("it is signed with OpenPGP, and no OpenPGP key is trusted");
  const auto end = run_on_files(tools.gpgv,
                                {"--homedir", "/nonexistent", "--weak-digest", "SHA1", "--status-fd", "1", "--keyring",
                                 std::string(kFirstFile), "--", std::string(kSecondFile), "-"},
                                keys.keyring, commit, tools.deadline);
  if (!end) return std::unexpected(end.error());
  auto signer = read_gpgv_status(end->output);
  if (signer && end->exit_code != 0) return fail("its OpenPGP signature is not accepted by gpgv");
  return signer;
}

std::string first_line(std::string_view text) {
  return std::string(text.substr(0, text.find('\n')));
}

// `SHA256:…` out of `Good "git" signature for alice with ED25519 key SHA256:…`.
std::string shown_fingerprint(std::string_view line) {
  const auto at = line.rfind("SHA256:");
  return at == std::string_view::npos ? std::string() : std::string(line.substr(at));
}

Result<std::string> verify_ssh(const SignedCommit& commit, const TrustedKeys& keys, const VerifyTools& tools) {
  static constexpr std::string_view kGood = "Good \"git\" signature for ";
  if (keys.allowed_signers.empty()) return fail("it is signed with ssh, and no key of ssh is trusted");
  const std::string signers(kFirstFile);
  const std::string signature(kSecondFile);
  const auto found = run_on_files(tools.ssh_keygen, {"-Y", "find-principals", "-f", signers, "-s", signature},
                                  keys.allowed_signers, commit, tools.deadline);
  if (!found) return std::unexpected(found.error());
  const std::string principal = first_line(found->output);
  if (found->exit_code != 0 || principal.empty()) return fail("it is signed with a key of ssh that is not trusted");
  const auto end =
      run_on_files(tools.ssh_keygen, {"-Y", "verify", "-f", signers, "-I", principal, "-n", "git", "-s", signature},
                   keys.allowed_signers, commit, tools.deadline);
  if (!end) return std::unexpected(end.error());
  if (end->exit_code != 0 || !end->output.starts_with(kGood)) return fail("its ssh signature does not fit it");
  return fmt::format("ssh key {} ({})", shown_fingerprint(first_line(end->output)), printable(principal));
}

// The first word of a line.
std::string_view take_word(std::string_view& line) {
  const auto word = line.substr(0, line.find(' '));
  line.remove_prefix(std::min(word.size() + 1, line.size()));
  return word;
}

}  // namespace

Result<std::string> read_gpgv_status(std::string_view output) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kRefusals{{
      {"BADSIG", "its OpenPGP signature does not fit it"},
      {"EXPSIG", "its OpenPGP signature has expired"},
      {"EXPKEYSIG", "the OpenPGP key that signed it has expired"},
      {"REVKEYSIG", "the OpenPGP key that signed it was revoked"},
      {"ERRSIG", "it is signed with an OpenPGP key that is not trusted, or in a way that is not"},
  }};
  std::optional<std::string> user;
  std::optional<std::string> fingerprint;
  for (std::string_view line : split(output, '\n')) {
    if (!line.starts_with(kStatus)) continue;
    line.remove_prefix(kStatus.size());
    const std::string_view word = take_word(line);
    const auto* const refusal = std::ranges::find(kRefusals, word, [](const auto& entry) { return entry.first; });
    if (refusal != kRefusals.end()) {
      return fail(fmt::format("{} (key {})", refusal->second, printable(take_word(line))));
    }
    if (word == "GOODSIG") {
      if (user) return fail("it has more than one OpenPGP signature");
      take_word(line);
      user = printable(line);
    }
    // The last word is the fingerprint of the primary key, which people know, the first that of a subkey.
    if (word == "VALIDSIG") fingerprint = printable(line.substr(line.rfind(' ') + 1));
  }
  if (!user || !fingerprint) return fail("its OpenPGP signature cannot be read");
  return fmt::format("OpenPGP key {} ({})", *fingerprint, *user);
}

Result<std::string> verify_commit(const std::string& repository, const std::string& commit, const TrustedKeys& keys,
                                  const VerifyTools& tools) {
  const auto signed_commit = read_signed(repository, commit);
  const auto explained = [&](const Error& error) {
    return fail(fmt::format("commit {} is not verified: {}", commit, error.message));
  };
  if (!signed_commit) return explained(signed_commit.error());
  const std::string_view signature = signed_commit->signature;
  Result<std::string> signer = fail("its signature is of a kind that cannot be checked (OpenPGP and ssh can)");
  if (signature.starts_with("-----BEGIN PGP SIGNATURE-----")) signer = verify_openpgp(*signed_commit, keys, tools);
  if (signature.starts_with("-----BEGIN SSH SIGNATURE-----")) signer = verify_ssh(*signed_commit, keys, tools);
  if (!signer) return explained(signer.error());
  return signer;
}

}  // namespace plumbline::manifests
