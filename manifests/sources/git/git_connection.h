#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "manifests/sources/git/git_session.h"
#include "manifests/sources/git/git_support.h"

namespace plumbline::manifests {

/// Why an update failed decides whether a mirror made afresh could help.
enum class Blame { remote, mirror };

struct Failure {
  Blame blame = Blame::remote;
  std::string message;
};

template <class T>
using Attempt = std::expected<T, Failure>;

std::unexpected<Failure> blame_remote(std::string message);
std::unexpected<Failure> blame_mirror(std::string message);

/// What libgit2 says of its last error, and whom it blames.
std::unexpected<Failure> git_blame();

/// A connection to the remote, as long as this lives.
class Connection {
 public:
  /// All of the arguments outlive the connection.
  static Attempt<Connection> open(git_repository* repository, const FetchRequest& request, const RemoteAddress& remote);

  /// What the remote's ref points at; nothing if it has none of that name.
  Attempt<std::optional<git_oid>> find(std::string_view ref);

  /// The names of the remote's tags, without `refs/tags/`.
  Attempt<std::vector<std::string>> tags();

  /// Downloads what the refspecs name and the mirror lacks.
  Attempt<void> download(std::vector<std::string> refspecs);

 private:
  Connection(GitRemote remote, std::unique_ptr<FetchSession> session)
      : session_(std::move(session)), remote_(std::move(remote)) {}

  [[nodiscard]] std::string reason() const;  ///< why connecting failed

  std::unique_ptr<FetchSession> session_;  // where the callbacks of the remote point at
  GitRemote remote_;
};

}  // namespace plumbline::manifests
