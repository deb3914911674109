#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/child.h"
#include "base/result.h"
#include "base/secret.h"

namespace plumbline::manifests {

/// The hidden command under which the program fetches.
constexpr std::string_view kFetchCommand = "git-fetch";

/// An HTTP proxy that opens tunnels by CONNECT.
struct FetchProxy {
  std::string host;  ///< without brackets; empty: no proxy
  std::uint16_t port = 0;
  Secret credentials;  ///< `user:password` for Basic (RFC 7617); empty: none
};

/// What to bring up to date.
struct FetchRequest {
  std::string url;  ///< https, ssh, http and git (to loopback only), file, or a folder
  /// `refs/heads/main`, `refs/tags/v1`, `semver:>=1.2 <2` (the newest tag in the range), or a commit
  /// of 40 hex digits.
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
  FetchProxy proxy;                                      ///< the way out to that host; for https alone
  /// Makes the mirror afresh although it looks sound: for a file of it that could not be read.
  bool rebuild = false;
  std::string reader;    ///< a name of its own for whoever reads the mirror, as a part of a reference's; may be empty
  std::string in_force;  ///< the commit that the reader has in force, which stays in the mirror; may be empty
  std::string program;   ///< what to start as the child; empty: this executable
};

struct Fetched {
  std::string commit;     ///< 40 hex digits
  std::string label;      ///< the branch, or the tag, also that of a range; empty for a commit
  std::string warning{};  ///< what is wrong with the mirror, which can be read all the same; empty: nothing
};

/// What is to be run to fetch into the bare mirror: this executable again, with the hidden command `git-fetch`. It has
/// to be killed at its deadline, since libgit2 has no timeouts. If it fails, the mirror still holds what it held
/// before. The error never holds a credential.
Result<ChildCommand> fetch_command(const FetchRequest& request);

/// What the command came to: the commit that the ref points at now. The error never holds a credential.
Result<Fetched> fetched_by(const FetchRequest& request, const Result<ChildEnd>& end);

/// The child: reads the request from standard input, answers on standard output, returns the exit
/// code.
int run_fetch_child();

/// What a ref begins with that is a range of versions.
constexpr std::string_view kVersions = "semver:";

/// Whether a branch or a tag may be called so: the rules of git-check-ref-format(1) that matter for a name from a
/// configuration.
bool is_ref_name(std::string_view name);

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
