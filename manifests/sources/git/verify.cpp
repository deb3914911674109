#include "manifests/sources/git/verify.h"

#include <fmt/format.h>
#include <pwd.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/text.h"
#include "manifests/sources/descriptor.h"
#include "manifests/sources/git/git_support.h"

namespace plumbline::manifests {
namespace {

constexpr std::size_t kMaxOutput = 64ULL * 1024;
constexpr std::size_t kMaxSignature = 64ULL * 1024;
constexpr std::string_view kStatus = "[GNUPG:] ";
constexpr std::string_view kFirstFile = "/proc/self/fd/3";
constexpr std::string_view kSecondFile = "/proc/self/fd/4";

struct SignedCommit {
  std::string signature;
  std::string bytes;  // the signed bytes: the commit without its signature
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
    return fail("a commit must be given by its 40 hex digits");
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

// A file in memory, which a child can open by the number of its descriptor.
Result<Descriptor> file_of(std::string_view bytes) {
  Descriptor file(::memfd_create("plumbline", MFD_CLOEXEC));
  if (!file.valid()) return fail("a file in memory cannot be written: " + error_text(errno));
  while (!bytes.empty()) {
    const auto count = ::write(file.get(), bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return fail("a file in memory cannot be written: " + error_text(errno));
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return file;
}

// A command that reads two files, the first one with keys, and the signed bytes.
Result<ChildCommand> command_on_files(const std::string& program, std::vector<std::string> arguments,
                                      std::string_view keys, std::string_view signature, std::string_view bytes,
                                      std::chrono::milliseconds deadline) {
  auto key_file = file_of(keys);
  if (!key_file) return std::unexpected(key_file.error());
  auto signature_file = file_of(signature);
  if (!signature_file) return std::unexpected(signature_file.error());
  ChildCommand command{.program = program,
                       .arguments = std::move(arguments),
                       .input = Secret(bytes),
                       .max_output = kMaxOutput,
                       .deadline = deadline};
  command.files.push_back(*std::move(key_file));
  command.files.push_back(*std::move(signature_file));
  return command;
}

std::string first_line(std::string_view text) {
  return std::string(text.substr(0, text.find('\n')));
}

// Takes `SHA256:…` from `Good "git" signature for alice with ED25519 key SHA256:…`.
std::string shown_fingerprint(std::string_view line) {
  const auto at = line.rfind("SHA256:");
  return at == std::string_view::npos ? std::string() : std::string(line.substr(at));
}

// The first word of a line.
std::string_view take_word(std::string_view& line) {
  const auto word = line.substr(0, line.find(' '));
  line.remove_prefix(std::min(word.size() + 1, line.size()));
  return word;
}

// For a user without a name in the system, ssh-keygen exits in the same way as for an unknown key.
bool has_name(uid_t user) {
  std::array<char, 4096> buffer{};
  passwd entry{};
  passwd* found = nullptr;
  const int error = ::getpwuid_r(user, &entry, buffer.data(), buffer.size(), &found);
  return error != 0 || found != nullptr;
}

}  // namespace

Result<std::string> read_gpgv_status(std::string_view output) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kRefusals{{
      {"BADSIG", "its OpenPGP signature does not match the commit"},
      {"EXPSIG", "its OpenPGP signature has expired"},
      {"EXPKEYSIG", "the OpenPGP key that signed it has expired"},
      {"REVKEYSIG", "the OpenPGP key that signed it was revoked"},
      {"ERRSIG", "it is signed with an OpenPGP key, or in a way, that is not trusted"},
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
    // The last word is the fingerprint of the primary key, which people know; the first is that of a subkey.
    if (word == "VALIDSIG") fingerprint = printable(line.substr(line.rfind(' ') + 1));
  }
  if (!user || !fingerprint) return fail("its OpenPGP signature cannot be read");
  return fmt::format("OpenPGP key {} ({})", *fingerprint, *user);
}

SignatureCheck::SignatureCheck(const std::string& repository, std::string commit, TrustedKeys keys, VerifyTools tools)
    : commit_(std::move(commit)), keys_(std::move(keys)), tools_(std::move(tools)) {
  read_commit(repository);
}

void SignatureCheck::read_commit(const std::string& repository) {
  auto read = read_signed(repository, commit_);
  if (!read) return decide(std::unexpected(std::move(read.error())));
  signature_ = std::move(read->signature);
  signed_bytes_ = std::move(read->bytes);
  if (signature_.starts_with("-----BEGIN PGP SIGNATURE-----")) {
    if (keys_.keyring.empty()) return decide(fail("it is signed with OpenPGP, but no OpenPGP key is trusted"));
    step_ = Step::openpgp;
  } else if (signature_.starts_with("-----BEGIN SSH SIGNATURE-----")) {
    if (keys_.allowed_signers.empty()) return decide(fail("it is signed with ssh, but no ssh key is trusted"));
    if (!has_name(::geteuid())) {
      return decide(fail(fmt::format(
          "its signature cannot be checked: ssh-keygen does not run for a user without a name, and user {} has no "
          "name. If systemd made the user, install libnss-systemd; if not, add the user to /etc/passwd",
          ::geteuid())));
    }
    step_ = Step::ssh_principal;
  } else {
    decide(fail("its signature is neither OpenPGP nor ssh; no other kind can be checked"));
  }
}

void SignatureCheck::decide(Result<std::string> signer) {
  signer_ = std::move(signer);
  step_ = Step::done;
}

std::optional<ChildCommand> SignatureCheck::next() {
  if (step_ == Step::done) return std::nullopt;
  auto next = command();
  if (next) return std::move(*next);
  decide(std::unexpected(std::move(next.error())));
  return std::nullopt;
}

Result<ChildCommand> SignatureCheck::command() const {
  const std::string first(kFirstFile);
  const std::string second(kSecondFile);
  if (step_ == Step::openpgp) {
    return command_on_files(tools_.gpgv,
                            {"--homedir", "/nonexistent", "--weak-digest", "SHA1", "--status-fd", "1", "--keyring",
                             first, "--", second, "-"},
                            keys_.keyring, signature_, signed_bytes_, tools_.deadline);
  }
  std::vector<std::string> arguments{"-Y", "find-principals", "-f", first, "-s", second};
  if (step_ == Step::ssh_signature) {
    arguments = {"-Y", "verify", "-f", first, "-I", principal_, "-n", "git", "-s", second};
  }
  return command_on_files(tools_.ssh_keygen, std::move(arguments), keys_.allowed_signers, signature_, signed_bytes_,
                          tools_.deadline);
}

void SignatureCheck::ended(const Result<ChildEnd>& end) {
  if (!end) return decide(fail(fmt::format("its signature cannot be checked: {}", end.error().message)));
  switch (step_) {
    case Step::openpgp:
      return read_openpgp(*end);
    case Step::ssh_principal:
      return read_principal(*end);
    case Step::ssh_signature:
      return read_ssh(*end);
    case Step::done:
      return;
  }
}

void SignatureCheck::read_openpgp(const ChildEnd& end) {
  auto signer = read_gpgv_status(end.output);
  if (signer && end.exit_code != 0) return decide(fail("its OpenPGP signature is not accepted by gpgv"));
  decide(std::move(signer));
}

void SignatureCheck::read_principal(const ChildEnd& end) {
  principal_ = first_line(end.output);
  if (end.exit_code != 0 || principal_.empty()) {
    return decide(fail("it is signed with an ssh key that is not trusted"));
  }
  step_ = Step::ssh_signature;
}

void SignatureCheck::read_ssh(const ChildEnd& end) {
  static constexpr std::string_view kGood = "Good \"git\" signature for ";
  if (end.exit_code != 0 || !end.output.starts_with(kGood)) {
    return decide(fail("its ssh signature does not match the commit"));
  }
  decide(fmt::format("ssh key {} ({})", shown_fingerprint(first_line(end.output)), printable(principal_)));
}

Result<std::string> SignatureCheck::verdict() const {
  if (signer_) return signer_;
  return fail(fmt::format("commit {} is not verified: {}", commit_, signer_.error().message));
}

}  // namespace plumbline::manifests
