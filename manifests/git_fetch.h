#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"

namespace plumbline::manifests {

/// The hidden command under which the program fetches.
constexpr std::string_view kFetchCommand = "git-fetch";

/// What to bring up to date.
struct FetchRequest {
  std::string url;  ///< https, ssh, http and git (to loopback only), file, or a folder
  /// `refs/heads/main`, `refs/tags/v1`, `semver:>=1.2 <2` (the newest tag in the range), or a commit
  /// of 40 hex digits; full_ref() makes it.
  std::string ref;
  /// Folder of the bare mirror; made if it is missing, made afresh if it is corrupt. Beside it lies
  /// `<mirror>.lock`: one fetch at a time works on a mirror.
  std::string mirror;
  std::string username;     ///< for ssh as well; there the URL's own comes first, and `git` last
  Secret password;          ///< or an access token
  Secret ssh_key;           ///< the text of an ed25519 or ecdsa key's file, without a passphrase
  std::string known_hosts;  ///< the text of that file: nothing else tells which ssh servers are trusted
  std::chrono::milliseconds deadline{120'000};
  std::uint64_t max_bytes = 2ULL * 1024 * 1024 * 1024;   ///< received, and of one file on disk
  std::uint64_t max_memory = 4ULL * 1024 * 1024 * 1024;  ///< address space of the child
  std::string ca_file;                                   ///< PEM of the CAs for https; empty: the system's
  /// Makes the mirror afresh although it looks sound: for a file of it that could not be read.
  bool rebuild = false;
  std::string program;  ///< what to start as the child; empty: this executable
};

struct Fetched {
  std::string commit;  ///< 40 hex digits
  std::string label;   ///< the branch, or the tag, also that of a range; empty for a commit
};

/// Fetches into the bare mirror in a child process (this executable again, with the hidden command
/// `git-fetch`), killed at the deadline: libgit2 has no timeouts. Blocks; for the pool. Returns the
/// commit that the ref points at now. If that fails, the mirror still holds what it held before. The
/// error never holds a credential.
Result<Fetched> fetch(const FetchRequest& request);

/// The child: reads the request from standard input, answers on standard output, returns the exit
/// code.
int run_fetch_child();

enum class RefKind { branch, tag, commit, semver };

/// What a ref begins with that is a range of versions.
constexpr std::string_view kVersions = "semver:";

/// The full name of what a source follows, for FetchRequest::ref: `main` is `refs/heads/main`.
Result<std::string> full_ref(RefKind kind, std::string_view name);

/// Where to fetch from.
struct RemoteAddress {
  std::string url;    ///< for libgit2
  std::string shown;  ///< for people: without a user or password
  bool is_ssh = false;
  std::string user;  ///< of ssh; may be empty
  std::string host;  ///< without brackets; empty for a folder
  std::uint16_t port = 0;
};

/// Checks a URL from a configuration: known schemes, http and git to loopback only, no password and
/// no control characters in it, a user only for ssh (`ssh://git@host/path`, `git@host:path`).
Result<RemoteAddress> check_remote(std::string_view url);

}  // namespace plumbline::manifests
