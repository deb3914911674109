#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/child.h"
#include "base/result.h"
#include "base/secret.h"

namespace plumbline::manifests {

/// The hidden command with which the program runs as a fetch child.
constexpr std::string_view kFetchCommand = "git-fetch";

/// An HTTP proxy that opens tunnels by CONNECT.
struct FetchProxy {
  std::string host;  ///< without brackets; empty: no proxy
  std::uint16_t port = 0;
  Secret credentials;  ///< `user:password` for Basic (RFC 7617); empty: none
};

/// One mirror to bring up to date, and from where.
struct FetchRequest {
  std::string url;  ///< https, ssh, file or a folder; http and git only to loopback
  /// `refs/heads/main`, `refs/tags/v1` or any other ref, `semver:>=1.2 <2` (the newest tag in the range), or a commit
  /// of 40 hex digits.
  std::string ref;
  /// Folder of the bare mirror. It is made if it is missing, and made again if it is corrupt. `<mirror>.lock` beside it
  /// ensures that only one fetch at a time works on the mirror.
  std::string mirror;
  std::string username;     ///< also for ssh, where the user in the URL takes precedence and `git` is the default
  Secret password;          ///< or an access token
  Secret ssh_key;           ///< the text of the file of an ed25519 or ecdsa key without a passphrase
  std::string known_hosts;  ///< the text of that file; it alone decides which ssh servers are trusted
  std::chrono::milliseconds deadline{120'000};
  std::uint64_t max_bytes = 2ULL * 1024 * 1024 * 1024;   ///< in bytes: received in all, and size of one file on disk
  std::uint64_t max_memory = 4ULL * 1024 * 1024 * 1024;  ///< in bytes: address space of the child
  std::string ca_file;                                   ///< PEM with the CAs for https; empty: the system's
  FetchProxy proxy;                                      ///< used for https only
  /// Makes the mirror again although it looks sound, because one of its files could not be read.
  bool rebuild = false;
  std::string source;    ///< the name of the source, as a part of a reference's name; may be empty
  std::string in_force;  ///< the commit that the source uses now; it stays in the mirror; may be empty
  std::string program;   ///< the program to start as the child; empty: this executable
};

/// The result of a fetch.
struct Fetched {
  std::string commit;     ///< 40 hex digits
  std::string label;      ///< the branch, the tag (also one found by a range) or the other ref; empty for a commit
  std::string warning{};  ///< a problem with the mirror, which can be read all the same; empty: none
};

/// The command that fetches into the bare mirror: this executable with the hidden command `git-fetch`. It must be
/// killed at its deadline, because libgit2 has no timeouts. If it fails, the mirror still holds what it held before.
/// The error never holds a credential.
Result<ChildCommand> fetch_command(const FetchRequest& request);

/// The result of the command: the commit that the ref points at now. The error never holds a credential.
Result<Fetched> fetched_by(const FetchRequest& request, const Result<ChildEnd>& end);

/// Runs the child: reads the request from standard input, writes the answer to standard output, returns the exit code.
/// Blocks until the fetch is done.
int run_fetch_child();

/// The prefix of a ref that is a range of versions.
constexpr std::string_view kVersions = "semver:";

/// Whether a branch or a tag may have this name: the rules of git-check-ref-format(1) that matter for a name from a
/// configuration.
bool is_ref_name(std::string_view name);

/// A remote, taken apart.
struct RemoteAddress {
  std::string url;    ///< for libgit2
  std::string shown;  ///< for people: without a user or password
  bool is_ssh = false;
  std::string user;  ///< of ssh; may be empty
  std::string host;  ///< without brackets; empty for a folder
  std::uint16_t port = 0;
};

/// Checks a URL from a configuration: known schemes, http and git only to loopback, no password and no control
/// characters, a user only for ssh (`ssh://git@host/path`, `git@host:path`). The error says what is wrong and repeats
/// no password.
Result<RemoteAddress> check_remote(std::string_view url);

}  // namespace plumbline::manifests
