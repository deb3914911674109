#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "manifests/sources/git/git_callbacks.h"
#include "manifests/sources/git/git_support.h"

namespace plumbline::manifests {

/// Where the tags of a repository are.
constexpr std::string_view kTags = "refs/tags/";

/// Why an update failed: this decides whether making the mirror again could help.
enum class Blame { remote, mirror };

struct Failure {
  Blame blame = Blame::remote;
  std::string message;
};

template <class T>
using Attempt = std::expected<T, Failure>;

std::unexpected<Failure> blame_remote(std::string message);
std::unexpected<Failure> blame_mirror(std::string message);

/// The last error of libgit2 on this thread: its text, and what it blames.
std::unexpected<Failure> git_blame();

/// A connection to the remote, open as long as this object lives. All functions block; for the child of a fetch.
class Connection {
 public:
  /// All arguments must outlive the connection.
  static Attempt<Connection> open(git_repository* repository, const FetchRequest& request, const RemoteAddress& remote);

  /// The object that the remote's ref points at; nothing if there is no such ref.
  Attempt<std::optional<git_oid>> find(std::string_view ref);

  /// The names of the remote's tags, without `refs/tags/`.
  Attempt<std::vector<std::string>> tags();

  /// Downloads the objects that the refspecs name and the mirror lacks.
  Attempt<void> download(std::vector<std::string> refspecs);

 private:
  Connection(GitRemote remote, std::unique_ptr<FetchCallbacks> callbacks)
      : callbacks_(std::move(callbacks)), remote_(std::move(remote)) {}

  [[nodiscard]] std::string reason() const;  ///< why connecting failed

  std::unique_ptr<FetchCallbacks> callbacks_;  // the remote's callbacks point at it
  GitRemote remote_;
};

}  // namespace plumbline::manifests
