#include "manifests/sources/git/git_connection.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace plumbline::manifests {
namespace {

// The suffix of a tag's name under which a remote lists the object that the tag points at.
constexpr std::string_view kPeeled = "^{}";

// libgit2 1.5's error for the line `shallow <id>` (gitprotocol-pack(5)), and for ids of SHA-256: it knows neither.
constexpr std::string_view kUnknownLine = "error parsing REF pkt-line";

using Heads = std::span<const git_remote_head*>;

Attempt<Heads> heads_of(git_remote* remote) {
  const git_remote_head** heads = nullptr;
  std::size_t count = 0;
  if (git_remote_ls(&heads, &count, remote) < 0) return blame_remote(git_failure());
  return Heads(heads, count);
}

}  // namespace

std::unexpected<Failure> blame_remote(std::string message) {
  return std::unexpected(Failure{Blame::remote, std::move(message)});
}

std::unexpected<Failure> blame_mirror(std::string message) {
  return std::unexpected(Failure{Blame::mirror, std::move(message)});
}

std::unexpected<Failure> git_blame() {
  const git_error* error = git_error_last();
  const int kind = error == nullptr ? GIT_ERROR_NONE : error->klass;
  static constexpr std::array kOfMirror{GIT_ERROR_ODB,       GIT_ERROR_OBJECT,     GIT_ERROR_ZLIB,   GIT_ERROR_TREE,
                                        GIT_ERROR_REFERENCE, GIT_ERROR_REPOSITORY, GIT_ERROR_CONFIG, GIT_ERROR_INDEXER};
  const bool of_mirror = std::ranges::find(kOfMirror, kind) != kOfMirror.end();
  return std::unexpected(Failure{of_mirror ? Blame::mirror : Blame::remote, git_failure()});
}

std::string Connection::reason() const {
  if (callbacks_->refusal()) return *callbacks_->refusal();
  std::string failure = git_failure();
  if (failure != kUnknownLine) return failure;
  return "it is a shallow clone, which lacks its history (run `git fetch --unshallow` in it), or its objects have "
         "SHA-256 ids, which Plumbline cannot read";
}

Attempt<Connection> Connection::open(git_repository* repository, const FetchRequest& request,
                                     const RemoteAddress& remote) {
  git_remote* made = nullptr;
  if (git_remote_create_anonymous(&made, repository, remote.url.c_str()) < 0) return git_blame();
  Connection connection(GitRemote(made), std::make_unique<FetchCallbacks>(request, remote));
  git_remote_connect_options options = GIT_REMOTE_CONNECT_OPTIONS_INIT;
  options.callbacks = connection.callbacks_->table();
  options.proxy_opts.type = GIT_PROXY_NONE;
  options.follow_redirects = GIT_REMOTE_REDIRECT_NONE;
  if (git_remote_connect_ext(made, GIT_DIRECTION_FETCH, &options) < 0) return blame_remote(connection.reason());
  return connection;
}

Attempt<std::optional<git_oid>> Connection::find(std::string_view ref) {
  const auto heads = heads_of(remote_.get());
  if (!heads) return std::unexpected(heads.error());
  const auto found =
      std::ranges::find(*heads, ref, [](const git_remote_head* head) { return std::string_view(head->name); });
  if (found == heads->end()) return std::nullopt;
  return (*found)->oid;
}

Attempt<std::vector<std::string>> Connection::tags() {
  const auto heads = heads_of(remote_.get());
  if (!heads) return std::unexpected(heads.error());
  std::vector<std::string> names;
  for (const git_remote_head* head : *heads) {
    const std::string_view name(head->name);
    if (name.starts_with(kTags) && !name.ends_with(kPeeled)) names.emplace_back(name.substr(kTags.size()));
  }
  return names;
}

Attempt<void> Connection::download(std::vector<std::string> refspecs) {
  std::vector<char*> pointers;
  pointers.reserve(refspecs.size());
  for (std::string& refspec : refspecs) pointers.push_back(refspec.data());
  const git_strarray specs{pointers.data(), pointers.size()};
  git_fetch_options options = GIT_FETCH_OPTIONS_INIT;
  options.callbacks = callbacks_->table();
  options.download_tags = GIT_REMOTE_DOWNLOAD_TAGS_NONE;
  options.proxy_opts.type = GIT_PROXY_NONE;
  options.follow_redirects = GIT_REMOTE_REDIRECT_NONE;
  if (git_remote_download(remote_.get(), &specs, &options) < 0) {
    if (callbacks_->refusal()) return blame_remote(*callbacks_->refusal());
    return git_blame();
  }
  return {};
}

}  // namespace plumbline::manifests
