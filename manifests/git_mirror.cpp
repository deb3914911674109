#include "manifests/git_mirror.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <set>
#include <span>
#include <system_error>
#include <utility>
#include <vector>

#include "base/text.h"
#include "manifests/git_session.h"
#include "manifests/git_support.h"
#include "manifests/git_tls.h"
#include "manifests/mirror_folder.h"

namespace plumbline::manifests {
namespace {

constexpr std::string_view kHeads = "refs/heads/";
constexpr std::string_view kTags = "refs/tags/";
constexpr std::size_t kMappedWindow = 32ULL * 1024 * 1024;
constexpr std::size_t kMappedAtOnce = 512ULL * 1024 * 1024;

// Why an update failed decides whether a mirror made afresh could help.
enum class Blame { remote, mirror };

struct Failure {
  Blame blame = Blame::remote;
  std::string message;
};

template <class T>
using Attempt = std::expected<T, Failure>;

std::unexpected<Failure> blame_remote(std::string message) {
  return std::unexpected(Failure{Blame::remote, std::move(message)});
}

std::unexpected<Failure> blame_mirror(std::string message) {
  return std::unexpected(Failure{Blame::mirror, std::move(message)});
}

// What libgit2 says of its last error, and whom it blames.
Failure git_blame() {
  const git_error* error = git_error_last();
  const int kind = error == nullptr ? GIT_ERROR_NONE : error->klass;
  static constexpr std::array kOfMirror{GIT_ERROR_ODB,       GIT_ERROR_OBJECT,     GIT_ERROR_ZLIB,   GIT_ERROR_TREE,
                                        GIT_ERROR_REFERENCE, GIT_ERROR_REPOSITORY, GIT_ERROR_CONFIG, GIT_ERROR_INDEXER};
  const bool of_mirror = std::ranges::find(kOfMirror, kind) != kOfMirror.end();
  return {of_mirror ? Blame::mirror : Blame::remote, git_failure()};
}

std::string own_ref(std::string_view ref) {
  std::string name = "refs/plumbline/";
  for (const char c : ref) {
    if (c == '/') {
      name += "%2F";
    } else {
      name += c;
    }
  }
  return name;
}

std::string shown_ref(std::string_view ref) {
  if (ref.starts_with(kHeads)) return fmt::format("branch \"{}\"", ref.substr(kHeads.size()));
  if (ref.starts_with(kTags)) return fmt::format("tag \"{}\"", ref.substr(kTags.size()));
  return fmt::format("commit {}", ref);
}

// A connection to the remote, as long as this lives.
class Connection {
 public:
  static Attempt<Connection> open(git_repository* repository, const std::string& url, FetchSession& session) {
    git_remote* remote = nullptr;
    if (git_remote_create_anonymous(&remote, repository, url.c_str()) < 0) {
      return std::unexpected(git_blame());
    }
    Connection connection{GitRemote(remote), session};
    git_remote_connect_options options = GIT_REMOTE_CONNECT_OPTIONS_INIT;
    options.callbacks = session.callbacks();
    options.proxy_opts.type = GIT_PROXY_NONE;
    options.follow_redirects = GIT_REMOTE_REDIRECT_NONE;
    if (git_remote_connect_ext(remote, GIT_DIRECTION_FETCH, &options) < 0) {
      return blame_remote(connection.reason());
    }
    return connection;
  }

  /// What the remote's ref points at; nothing if it has none of that name.
  Attempt<std::optional<git_oid>> find(std::string_view ref) {
    const git_remote_head** heads = nullptr;
    std::size_t count = 0;
    if (git_remote_ls(&heads, &count, remote_.get()) < 0) return blame_remote(reason());
    const std::span<const git_remote_head*> all(heads, count);
    const auto found =
        std::ranges::find(all, ref, [](const git_remote_head* head) { return std::string_view(head->name); });
    if (found == all.end()) return std::nullopt;
    return (*found)->oid;
  }

  /// Downloads what the refspecs name and the mirror lacks.
  Attempt<void> download(std::vector<std::string> refspecs) {
    std::vector<char*> pointers;
    pointers.reserve(refspecs.size());
    for (std::string& refspec : refspecs) pointers.push_back(refspec.data());
    const git_strarray specs{pointers.data(), pointers.size()};
    git_fetch_options options = GIT_FETCH_OPTIONS_INIT;
    options.callbacks = session_->callbacks();
    options.download_tags = GIT_REMOTE_DOWNLOAD_TAGS_NONE;
    options.proxy_opts.type = GIT_PROXY_NONE;
    options.follow_redirects = GIT_REMOTE_REDIRECT_NONE;
    if (git_remote_download(remote_.get(), &specs, &options) < 0) {
      if (session_->refusal()) return blame_remote(*session_->refusal());
      return std::unexpected(git_blame());
    }
    return {};
  }

 private:
  Connection(GitRemote remote, FetchSession& session) : remote_(std::move(remote)), session_(&session) {}

  [[nodiscard]] std::string reason() const { return session_->refusal().value_or(git_failure()); }

  GitRemote remote_;
  FetchSession* session_;
};

Attempt<GitRepository> open_or_make(const std::string& folder) {
  std::error_code unreadable;  // then opening it tells why
  if (std::filesystem::exists(folder, unreadable) || unreadable) {
    auto opened = open_bare(folder);
    if (!opened) return blame_mirror(opened.error().message);
    return *std::move(opened);
  }
  start_git();
  git_repository* made = nullptr;
  if (git_repository_init(&made, folder.c_str(), 1) < 0) {
    return blame_remote(fmt::format("the mirror \"{}\" cannot be made: {}", folder, git_failure()));
  }
  return GitRepository(made);
}

// The commit behind an id, which may be that of a tag.
Attempt<git_oid> commit_of(git_repository* repository, const git_oid& id) {
  git_object* found = nullptr;
  if (git_object_lookup(&found, repository, &id, GIT_OBJECT_ANY) < 0) {
    return std::unexpected(git_blame());
  }
  const GitObject object(found);
  git_object* commit = nullptr;
  if (git_object_peel(&commit, object.get(), GIT_OBJECT_COMMIT) < 0) {
    return blame_remote("it does not point at a commit");
  }
  const GitObject owner(commit);
  return *git_object_id(commit);
}

// Whether every folder and file of a commit is in the mirror. Files are not read: what their bytes
// are shows when they are.
class CompletenessCheck {
 public:
  CompletenessCheck(git_repository* repository, git_odb* odb) : repository_(repository), odb_(odb) {}

  Attempt<void> run(const git_oid& commit) {
    git_object* found = nullptr;
    if (git_object_lookup(&found, repository_, &commit, GIT_OBJECT_COMMIT) < 0) return broken();
    const GitObject object(found);
    const auto* const root = git_commit_tree_id(reinterpret_cast<git_commit*>(found));
    pending_.push_back(*root);
    while (!pending_.empty()) {
      const git_oid id = pending_.back();
      pending_.pop_back();
      if (auto checked = check_tree(id); !checked) return checked;
    }
    return {};
  }

 private:
  static std::unexpected<Failure> broken() { return blame_mirror("the mirror is damaged: " + git_failure()); }

  Attempt<void> check_tree(const git_oid& id) {
    if (!seen_.insert(to_hex(id)).second) return {};
    git_tree* found = nullptr;
    if (git_tree_lookup(&found, repository_, &id) < 0) return broken();
    const GitTreeObject tree(found);
    for (std::size_t i = 0; i < git_tree_entrycount(found); ++i) {
      const git_tree_entry* entry = git_tree_entry_byindex(found, i);
      if (git_tree_entry_type(entry) == GIT_OBJECT_TREE) {
        pending_.push_back(*git_tree_entry_id(entry));
      } else if (git_tree_entry_type(entry) == GIT_OBJECT_BLOB && git_odb_exists(odb_, git_tree_entry_id(entry)) == 0) {
        return blame_mirror("the mirror is damaged: a file is missing in it");
      }
    }
    return {};
  }

  git_repository* repository_;
  git_odb* odb_;
  std::vector<git_oid> pending_;
  std::set<std::string> seen_;
};

// One attempt at bringing one folder up to date.
class MirrorUpdate {
 public:
  MirrorUpdate(const FetchRequest& request, const RemoteAddress& remote)
      : request_(request), remote_(remote), session_(request, remote) {}

  Attempt<std::string> run(const std::string& folder) {
    auto repository = open_or_make(folder);
    if (!repository) return std::unexpected(repository.error());
    const auto commit = is_commit() ? update_commit(repository->get()) : update_ref(repository->get());
    if (!commit) return std::unexpected(commit.error());
    if (auto kept = keep(repository->get(), *commit); !kept) return std::unexpected(kept.error());
    return to_hex(*commit);
  }

 private:
  [[nodiscard]] bool is_commit() const { return !request_.ref.starts_with("refs/"); }

  [[nodiscard]] std::unexpected<Failure> missing() const {
    return blame_remote(fmt::format("{} does not exist at {}", shown_ref(request_.ref), remote_.shown));
  }

  Attempt<git_oid> update_ref(git_repository* repository) {
    auto connection = Connection::open(repository, remote_.url, session_);
    if (!connection) return std::unexpected(connection.error());
    const auto id = connection->find(request_.ref);
    if (!id) return std::unexpected(id.error());
    if (!*id) return missing();
    const auto done = connection->download({fmt::format("+{}:{}", request_.ref, own_ref(request_.ref))});
    if (!done) return std::unexpected(done.error());
    return commit_of(repository, **id);
  }

  // A commit cannot be asked for by its id: it has to be reachable from a branch or tag.
  Attempt<git_oid> update_commit(git_repository* repository) {
    git_oid id;
    if (git_oid_fromstr(&id, request_.ref.c_str()) < 0) return missing();
    if (auto known = commit_of(repository, id)) return known;
    auto connection = Connection::open(repository, remote_.url, session_);
    if (!connection) return std::unexpected(connection.error());
    const auto done =
        connection->download({"+refs/heads/*:refs/plumbline/heads/*", "+refs/tags/*:refs/plumbline/tags/*"});
    if (!done) return std::unexpected(done.error());
    auto found = commit_of(repository, id);
    return found ? found : missing();
  }

  // The reference tells the next fetch what is here already.
  Attempt<void> keep(git_repository* repository, const git_oid& commit) {
    git_odb* odb = nullptr;
    if (git_repository_odb(&odb, repository) < 0) return std::unexpected(git_blame());
    const GitOdb owner(odb);
    if (auto whole = CompletenessCheck(repository, odb).run(commit); !whole) return whole;
    git_reference* made = nullptr;
    const std::string name = own_ref(request_.ref);
    if (git_reference_create(&made, repository, name.c_str(), &commit, 1, nullptr) < 0) {
      return std::unexpected(git_blame());
    }
    const GitReference reference(made);
    return {};
  }

  const FetchRequest& request_;
  const RemoteAddress& remote_;
  FetchSession session_;
};

// Without a home, ssh fails; with the user's, what is asked of the server depends on files that are
// not ours. libgit2 looks once, when it starts.
Result<void> set_home(const FetchRequest& request, const RemoteAddress& remote) {
  if (!remote.is_ssh) return {};
  const auto keys = keys_of_host(request.known_hosts, remote.host, remote.port);
  const auto home = make_ssh_home(request.mirror, to_known_hosts(keys, remote.host, remote.port));
  if (!home) return std::unexpected(home.error());
  ::setenv("HOME", home->c_str(), 1);  // NOLINT(concurrency-mt-unsafe): the child has one thread
  return {};
}

Result<void> configure_git(const FetchRequest& request, std::chrono::steady_clock::time_point deadline) {
  start_git();
  git_libgit2_opts(GIT_OPT_SET_MWINDOW_SIZE, kMappedWindow);
  git_libgit2_opts(GIT_OPT_SET_MWINDOW_MAPPED_LIMIT, kMappedAtOnce);
  return use_openssl({.ca_file = request.ca_file, .deadline = deadline});
}

Attempt<std::string> rebuild(const FetchRequest& request, const RemoteAddress& remote) {
  auto commit = MirrorUpdate(request, remote).run(fresh_folder(request.mirror));
  if (!commit) return commit;
  if (auto replaced = replace_mirror(request.mirror); !replaced) {
    return blame_remote(replaced.error().message);
  }
  return commit;
}

std::string without_password(std::string message, const Secret& password) {
  for (auto at = message.find(password.reveal()); !password.empty() && at != std::string::npos;
       at = message.find(password.reveal(), at)) {
    message.replace(at, password.reveal().size(), "***");
  }
  return message;
}

}  // namespace

Result<std::string> update_mirror(const FetchRequest& request) {
  const auto remote = check_remote(request.url);
  if (!remote) return std::unexpected(remote.error());
  // Gives up before the parent does, so that the reason is told.
  const auto patience = request.deadline * 9 / 10;
  const auto deadline = std::chrono::steady_clock::now() + patience;
  const auto lock = lock_mirror(request.mirror, patience);
  if (!lock) return std::unexpected(lock.error());
  remove_debris(request.mirror);
  if (const auto home = set_home(request, *remote); !home) return std::unexpected(home.error());
  if (const auto configured = configure_git(request, deadline); !configured) return std::unexpected(configured.error());
  Attempt<std::string> commit = blame_mirror("the mirror is to be made afresh");
  if (!request.rebuild) commit = MirrorUpdate(request, *remote).run(request.mirror);
  if (!commit && commit.error().blame == Blame::mirror) {
    commit = rebuild(request, *remote);
  }
  remove_debris(request.mirror);
  if (commit) return *std::move(commit);
  return fail(without_password(fmt::format("cannot fetch from {}: {}", remote->shown, commit.error().message),
                               request.password));
}

}  // namespace plumbline::manifests
