#include "manifests/sources/git/git_mirror.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <span>
#include <system_error>
#include <tuple>
#include <utility>

#include "base/digest.h"
#include "base/text.h"
#include "manifests/sources/git/git_compaction.h"
#include "manifests/sources/git/git_completeness.h"
#include "manifests/sources/git/git_connection.h"
#include "manifests/sources/git/git_support.h"
#include "manifests/sources/git/git_tls.h"
#include "manifests/sources/git/local_remote.h"
#include "manifests/sources/git/mirror_folder.h"
#include "manifests/sources/git/mirror_packs.h"
#include "manifests/sources/semver.h"

namespace plumbline::manifests {
namespace {

constexpr std::string_view kRefs = "refs/";
constexpr std::string_view kOwnRefs = "refs/plumbline/";
constexpr std::string_view kHeads = "refs/heads/";

constexpr std::chrono::seconds kPatienceOfNobody{30};
constexpr std::chrono::seconds kPatienceInHaste{5};

// With room for `.lock` behind it, as a file's name has at most 255 bytes.
constexpr std::size_t kLongestRefName = 200;

// The reference of the mirror for a reference of the remote, or for a commit.
std::string own_ref(std::string_view ref) {
  std::string name(kOwnRefs);
  if (ref.size() + 2 * static_cast<std::size_t>(std::ranges::count(ref, '/')) > kLongestRefName) {
    return name + "sha256-" + sha256_hex(ref);
  }
  for (const char c : ref) {
    if (c == '/') {
      name += "%2F";
    } else {
      name += c;
    }
  }
  return name;
}

// The reference that keeps the commit which a source uses, whatever happens to the branch.
std::string pin_of(const std::string& source) {
  return "refs/plumbline-kept/" + source;
}

// The short name of a branch or tag, the whole one of another ref; a commit has none.
std::string label_of(std::string_view ref) {
  for (const std::string_view prefix : {kHeads, kTags}) {
    if (ref.starts_with(prefix)) return std::string(ref.substr(prefix.size()));
  }
  return ref.starts_with(kRefs) ? std::string(ref) : std::string();
}

std::string shown_ref(std::string_view ref) {
  if (ref.starts_with(kHeads)) return fmt::format("branch \"{}\"", ref.substr(kHeads.size()));
  if (ref.starts_with(kTags)) return fmt::format("tag \"{}\"", ref.substr(kTags.size()));
  if (ref.starts_with(kVersions)) return fmt::format("a tag in \"{}\"", ref.substr(kVersions.size()));
  return fmt::format("{} {}", ref.starts_with(kRefs) ? "ref" : "commit", ref);
}

Attempt<GitRepository> open_or_make(const std::string& folder) {
  std::error_code unreadable;  // opening it then tells why
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

// The commit that an id stands for; the id may be that of a tag.
Attempt<git_oid> commit_of(git_repository* repository, const git_oid& id) {
  git_object* found = nullptr;
  if (git_object_lookup(&found, repository, &id, GIT_OBJECT_ANY) < 0) {
    return git_blame();
  }
  const GitObject object(found);
  git_object* commit = nullptr;
  if (git_object_peel(&commit, object.get(), GIT_OBJECT_COMMIT) < 0) {
    return blame_remote("it does not point at a commit");
  }
  const GitObject owner(commit);
  return *git_object_id(commit);
}

// One attempt to bring one folder up to date.
class MirrorUpdate {
 public:
  MirrorUpdate(const FetchRequest& request, const RemoteAddress& remote) : request_(request), remote_(remote) {}

  Attempt<Fetched> run(const std::string& folder) {
    folder_ = folder;
    auto repository = open_or_make(folder);
    if (!repository) return std::unexpected(repository.error());
    if (request_.ref.starts_with(kRefs)) return update_ref(repository->get(), request_.ref);
    if (request_.ref.starts_with(kVersions)) return update_version(repository->get());
    return update_commit(repository->get());
  }

 private:
  [[nodiscard]] std::unexpected<Failure> missing() const {
    return blame_remote(fmt::format("{} does not exist at {}", shown_ref(request_.ref), remote_.shown));
  }

  [[nodiscard]] Attempt<Connection> connect(git_repository* repository) const {
    return Connection::open(repository, request_, remote_);
  }

  Attempt<Fetched> update_ref(git_repository* repository, const std::string& ref) {
    auto connection = connect(repository);
    if (!connection) return std::unexpected(connection.error());
    return download_ref(repository, *connection, ref);
  }

  // Fetches the newest tag in the range.
  Attempt<Fetched> update_version(git_repository* repository) {
    const auto range = VersionRange::parse(std::string_view(request_.ref).substr(kVersions.size()));
    if (!range) return blame_remote(range.error().message);
    auto connection = connect(repository);
    if (!connection) return std::unexpected(connection.error());
    const auto tags = connection->tags();
    if (!tags) return std::unexpected(tags.error());
    const auto tag = newest_tag(*range, *tags);
    if (!tag) return missing();
    return download_ref(repository, *connection, std::string(kTags) + *tag);
  }

  Attempt<Fetched> download_ref(git_repository* repository, Connection& connection, const std::string& ref) {
    const auto id = connection.find(ref);
    if (!id) return std::unexpected(id.error());
    if (!*id) return missing();
    if (const auto same = commit_of(repository, **id); same && is_kept(repository, *same, ref)) {
      return keep(repository, same, ref);
    }
    const auto done = connection.download({fmt::format("+{}:{}", ref, own_ref(ref))});
    if (!done) return std::unexpected(done.error());
    return keep(repository, commit_of(repository, **id), ref);
  }

  Attempt<Fetched> update_commit(git_repository* repository) {
    git_oid id;
    if (git_oid_fromstr(&id, request_.ref.c_str()) < 0) return missing();
    if (const auto known = commit_of(repository, id)) return keep(repository, known, request_.ref);
    const auto done = download_commit(repository, connect(repository));
    if (!done) return std::unexpected(done.error());
    const auto found = commit_of(repository, id);
    return found ? keep(repository, found, request_.ref) : missing();
  }

  // Most servers send a commit by its id. From others everything is fetched that may reach it.
  Attempt<void> download_commit(git_repository* repository, Attempt<Connection> connection) {
    if (!connection) return std::unexpected(connection.error());
    if (connection->download({request_.ref})) return {};
    auto another = connect(repository);  // a refusal has ended the first connection
    if (!another) return std::unexpected(another.error());
    return another->download({"+refs/heads/*:refs/plumbline/heads/*", "+refs/tags/*:refs/plumbline/tags/*"});
  }

  // The commit that an earlier fetch has kept for `ref`, of which everything was there lately; nothing if there is
  // none.
  [[nodiscard]] std::optional<git_oid> kept_whole(git_repository* repository, const std::string& ref) const {
    git_oid kept;
    const std::string name = own_ref(ref);
    if (!was_whole_lately(folder_, name.substr(kOwnRefs.size()))) return std::nullopt;
    if (git_reference_name_to_id(&kept, repository, name.c_str()) < 0) return std::nullopt;
    return kept;
  }

  // Whether there is nothing to download for this commit.
  [[nodiscard]] bool is_kept(git_repository* repository, const git_oid& commit, const std::string& ref) const {
    const auto kept = kept_whole(repository, ref);
    return kept && git_oid_equal(&*kept, &commit) != 0;
  }

  // The reference tells the next fetch what is already here.
  Attempt<Fetched> keep(git_repository* repository, const Attempt<git_oid>& commit, const std::string& ref) {
    if (!commit) return std::unexpected(commit.error());
    const auto whole = kept_whole(repository, ref);
    git_odb* odb = nullptr;
    if (git_repository_odb(&odb, repository) < 0) return git_blame();
    const GitOdb owner(odb);
    if (auto checked = check_completeness(repository, odb, *commit, whole); !checked) {
      return std::unexpected(checked.error());
    }
    const std::string name = own_ref(ref);
    if (auto set = set_reference(repository, name, *commit); !set) return std::unexpected(set.error());
    if (!whole) note_whole(folder_, name.substr(kOwnRefs.size()));
    pin(repository);
    return Fetched{.commit = to_hex(*commit), .label = label_of(ref)};
  }

  static Attempt<void> set_reference(git_repository* repository, const std::string& name, const git_oid& id) {
    git_oid known;
    if (git_reference_name_to_id(&known, repository, name.c_str()) == 0 && git_oid_equal(&known, &id) != 0) return {};
    git_reference* made = nullptr;
    if (git_reference_create(&made, repository, name.c_str(), &id, 1, nullptr) < 0) return git_blame();
    const GitReference reference(made);
    return {};
  }

  // A commit that cannot be pinned is not in the mirror, so there is nothing to keep.
  void pin(git_repository* repository) {
    git_oid id;
    if (request_.source.empty() || git_oid_fromstr(&id, request_.in_force.c_str()) < 0) return;
    std::ignore = set_reference(repository, pin_of(request_.source), id);
  }

  const FetchRequest& request_;
  const RemoteAddress& remote_;
  std::string folder_;
};

// Without a home folder ssh fails. With the user's, the keys that the server is asked for would depend on files that
// are not ours. libgit2 reads the variable once, at its start.
Result<void> set_home(const FetchRequest& request, const RemoteAddress& remote) {
  if (!remote.is_ssh) return {};
  const auto keys = keys_of_host(request.known_hosts, remote.host, remote.port);
  const auto home = make_ssh_home(request.mirror, to_known_hosts(keys, remote.host, remote.port));
  if (!home) return std::unexpected(home.error());
  ::setenv("HOME", home->c_str(), 1);  // NOLINT(concurrency-mt-unsafe): the child has one thread
  return {};
}

Result<void> configure_git(const FetchRequest& request, const RemoteAddress& remote,
                           std::chrono::steady_clock::time_point deadline) {
  start_git();
  return use_openssl({.ca_file = request.ca_file,
                      .deadline = deadline,
                      .plain = remote.is_ssh ? PlainStreams::libgit2 : PlainStreams::own,
                      .proxy = &request.proxy});
}

Attempt<Fetched> rebuild(const FetchRequest& request, const RemoteAddress& remote) {
  auto commit = MirrorUpdate(request, remote).run(fresh_folder(request.mirror));
  if (!commit) return commit;
  auto replaced = rename_packs(request.mirror);
  if (replaced) replaced = replace_mirror(request.mirror);
  if (!replaced) return blame_remote(replaced.error().message);
  return commit;
}

// Compacts a mirror that has accumulated too much, mostly after a fetch whose result nobody waits for. Returns why that
// failed; empty if it succeeded or was not needed.
std::string keep_small(const std::string& mirror, std::size_t packs_before, std::chrono::steady_clock::time_point end) {
  const auto packs = packs_of(mirror).size();
  const auto haste = packs == packs_before ? Haste::none : Haste::some;
  if (!is_outgrown(packs, loose_objects_of(mirror), haste) || has_failed_lately(mirror)) return {};
  const auto patience = haste == Haste::none ? kPatienceOfNobody : kPatienceInHaste;
  // Before the attempt, so that an attempt that is killed counts as well.
  mark_failed(mirror);
  const auto done = compact_mirror(mirror, std::min(end, std::chrono::steady_clock::now() + patience));
  if (done) unmark_failed(mirror);
  if (done) return {};
  return fmt::format("the mirror \"{}\" cannot be made small: {}", mirror, done.error().message);
}

std::string without_password(std::string message, const Secret& password) {
  for (auto at = message.find(password.reveal()); !password.empty() && at != std::string::npos;
       at = message.find(password.reveal(), at)) {
    message.replace(at, password.reveal().size(), "***");
  }
  return message;
}

}  // namespace

Result<Fetched> update_mirror(const FetchRequest& request) {
  const auto remote = check_remote(request.url);
  if (!remote) return std::unexpected(remote.error());
  // Gives up before the parent does, so that the reason reaches it.
  const auto patience = request.deadline * 9 / 10;
  const auto deadline = std::chrono::steady_clock::now() + patience;
  const auto lock = lock_mirror(request.mirror, patience);
  if (!lock) return std::unexpected(lock.error());
  remove_debris(request.mirror);
  if (const auto home = set_home(request, *remote); !home) return std::unexpected(home.error());
  if (const auto configured = configure_git(request, *remote, deadline); !configured) {
    return fail(fmt::format("cannot fetch from {}: {}", remote->shown, configured.error().message));
  }
  const auto packs = packs_of(request.mirror).size();
  Attempt<Fetched> commit = blame_mirror("the mirror is to be made afresh");
  if (!request.rebuild) commit = MirrorUpdate(request, *remote).run(request.mirror);
  // Making the mirror again helps only if the mirror is at fault: the remote would fail in the same way.
  if (!commit && commit.error().blame == Blame::mirror) {
    commit = rebuild(request, *remote);
  }
  remove_debris(request.mirror);
  if (commit) commit->warning = keep_small(request.mirror, packs, deadline);
  if (commit) return *std::move(commit);
  const auto why = unsupported_repository(remote->url).value_or(commit.error().message);
  return fail(without_password(fmt::format("cannot fetch from {}: {}", remote->shown, why), request.password));
}

}  // namespace plumbline::manifests
