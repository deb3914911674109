#include "tests/support/signers.h"

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

#include "tests/support/files.h"
#include "tests/support/git_servers.h"

namespace plumbline::testing {

namespace fs = std::filesystem;

namespace {

std::string commit_signed(const GitRepository& repository, std::vector<std::string> settings, const std::string& key) {
  repository.git({"add", "--all"});
  settings.insert(settings.end(), {"commit", "--quiet", "--allow-empty", "--message", "signed", "--gpg-sign=" + key});
  repository.git(std::move(settings));
  repository.git({"push", "--quiet", "--force", "origin", "main"});
  return repository.git({"rev-parse", "HEAD"});
}

std::string replaced(std::string text, const std::string& before, const std::string& after) {
  const auto at = text.find(before);
  if (at == std::string::npos) throw std::runtime_error("there is no " + before);
  return text.replace(at, before.size(), after);
}

}  // namespace

OpenPgpSigner::OpenPgpSigner(fs::path folder, std::string now) : home_(std::move(folder)), now_(std::move(now)) {
  fs::create_directories(home_);
  fs::permissions(home_, fs::perms::owner_all);
}

OpenPgpSigner::~OpenPgpSigner() {
  try {
    run_tool(home_, "/usr/bin/gpgconf", {"--homedir", home_.string(), "--kill", "all"});
    run_tool(home_, "/usr/bin/gpgconf", {"--homedir", home_.string(), "--remove-socketdir"});
  } catch (const std::exception&) {  // it ends by itself when its home has gone
    return;
  }
}

std::string OpenPgpSigner::gpg(std::vector<std::string> arguments, const std::string& input) const {
  std::vector<std::string> all{"--homedir", home_.string(), "--batch", "--yes", "--quiet", "--no-tty"};
  all.insert(all.end(), {"--pinentry-mode", "loopback", "--passphrase", ""});
  if (!now_.empty()) all.insert(all.end(), {"--faked-system-time", now_});
  all.insert(all.end(), arguments.begin(), arguments.end());
  return run_tool(home_, "/usr/bin/gpg", std::move(all), input);
}

std::string OpenPgpSigner::make_key(const std::string& user, const std::string& lifetime) const {
  gpg({"--quick-generate-key", user, "ed25519", "sign", lifetime});
  // `fpr:::::::::4051…6052:`, GnuPG's doc/DETAILS
  const auto listed = gpg({"--with-colons", "--fingerprint", "=" + user});
  const auto line = listed.find("\nfpr:");
  if (line == std::string::npos) throw std::runtime_error("gpg made no key: " + listed);
  const auto end = listed.find(":\n", line);
  return listed.substr(listed.rfind(':', end - 1) + 1, end - listed.rfind(':', end - 1) - 1);
}

void OpenPgpSigner::revoke(const std::string& fingerprint) const {
  // gpg puts a colon in front, against mistakes.
  const auto certificate = read_file(home_ / "openpgp-revocs.d" / (fingerprint + ".rev"));
  gpg({"--import"}, replaced(certificate, ":-----BEGIN", "-----BEGIN"));
}

std::string OpenPgpSigner::armored(const std::string& fingerprint) const {
  return gpg({"--armor", "--export", fingerprint});
}

std::string OpenPgpSigner::binary(const std::string& fingerprint) const {
  return gpg({"--export", fingerprint});
}

std::string OpenPgpSigner::commit(const GitRepository& repository, const std::string& fingerprint) const {
  const auto program = home_ / "gpg.sh";
  const std::string clock = now_.empty() ? "" : " --faked-system-time " + now_;
  write_file(program, fmt::format("#!/bin/sh\nLD_LIBRARY_PATH='{}' exec '{}' --batch --homedir '{}'{} \"$@\"\n",
                                  server_environment(home_).at("LD_LIBRARY_PATH"),
                                  unpacked_or_installed("/usr/bin/gpg").string(), home_.string(), clock));
  fs::permissions(program, fs::perms::owner_all);
  return commit_signed(repository, {"-c", "gpg.program=" + program.string()}, fingerprint);
}

SshSigner::SshSigner(fs::path folder, std::string name, const std::string& type)
    : folder_(std::move(folder)), name_(std::move(name)) {
  fs::create_directories(folder_);
  run_tool(folder_, "/usr/bin/ssh-keygen", {"-q", "-t", type, "-N", "", "-C", name_, "-f", name_});
}

std::string SshSigner::public_key() const {
  return read_file(folder_ / (name_ + ".pub"));
}

std::string SshSigner::fingerprint() const {
  const auto shown = run_tool(folder_, "/usr/bin/ssh-keygen", {"-l", "-f", name_ + ".pub"});
  const auto begin = shown.find("SHA256:");
  return shown.substr(begin, shown.find(' ', begin) - begin);
}

std::string SshSigner::commit(const GitRepository& repository) const {
  return commit_signed(repository, {"-c", "gpg.format=ssh"}, (folder_ / name_).string());
}

std::string forge_last_commit(const GitRepository& repository) {
  const auto commit = repository.git({"cat-file", "commit", "HEAD"});
  const auto file = repository.work_tree().parent_path() / "forged";
  write_file(file, replaced(commit, "\n\nsigned", "\n\nforged") + "\n");
  const auto forged = repository.git({"hash-object", "-t", "commit", "-w", file.string()});
  repository.git({"reset", "--quiet", "--hard", forged});
  repository.git({"push", "--quiet", "--force", "origin", "main"});
  return forged;
}

}  // namespace plumbline::testing
