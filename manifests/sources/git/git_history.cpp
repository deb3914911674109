#include "manifests/sources/git/git_history.h"

#include <git2.h>

#include "manifests/sources/git/git_support.h"

namespace plumbline::manifests {
namespace {

bool read_id(const std::string& text, git_oid& id) {
  return text.size() == GIT_OID_HEXSZ && git_oid_fromstr(&id, text.c_str()) == 0;
}

bool has_commit(git_repository* repository, const git_oid& id) {
  git_object* object = nullptr;
  const bool found = git_object_lookup(&object, repository, &id, GIT_OBJECT_COMMIT) == 0;
  const GitObject owner(object);
  return found;
}

}  // namespace

Kinship kinship(const std::string& repository, const std::string& theirs, const std::string& ours) {
  git_oid their_id;
  git_oid our_id;
  if (!read_id(theirs, their_id) || !read_id(ours, our_id)) return Kinship::unknown;
  if (git_oid_equal(&their_id, &our_id) != 0) return Kinship::same;
  const auto opened = open_bare(repository);
  if (!opened || !has_commit(opened->get(), their_id) || !has_commit(opened->get(), our_id)) return Kinship::unknown;
  const int is_newer = git_graph_descendant_of(opened->get(), &their_id, &our_id);
  const int is_older = git_graph_descendant_of(opened->get(), &our_id, &their_id);
  if (is_newer < 0 || is_older < 0) return Kinship::unknown;
  if (is_newer == 1) return Kinship::newer;
  return is_older == 1 ? Kinship::older : Kinship::apart;
}

}  // namespace plumbline::manifests
