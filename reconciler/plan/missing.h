#pragma once

#include <cstddef>

#include "reconciler/model/live.h"
#include "reconciler/model/policy.h"
#include "reconciler/model/read.h"
#include "reconciler/model/target.h"
#include "reconciler/plan/diff.h"

namespace plumbline::reconciler {

/// What is still to be read, and on the way there the differences of the Workers that can be compared already.
struct Missing {
  Reads reads;
  Diffs diffs;
};

/// Names the reads that are still needed to plan `targets` against `live`, those that can be made
/// at the same time; called again after each round until it names none. Nothing is read that
/// no decision needs:
///   - a name that the list does not show and that something depends on is asked for, by the beta list where that is
///   fewer calls,
///   - Workers that are not ours and not to be adopted are not read at all; where ours could have lost its tag, its
///   settings tell,
///   - under Refresh::list a clean Worker is taken from memory,
///   - code is read back only if nothing attests it, or, for people, if it differs,
///   - the deployment of a Worker is read if it differs, and by a watcher once if it is not remembered: its settings
///   may be those of a newer version,
///   - a Worker whose active version was active before, or attests nothing and differs, is asked for its versions:
///   somebody may have rolled back, or edited it,
///   - a Worker of ours that no target names is read if it may be deleted,
///   - a Worker that is about to be written needs its deployment, so that nobody's rollout is run
///   over,
///   - before an upload, the active version is read by the beta API for what the upload has to carry; where nobody
///   knows yet whether the account has that API, one Worker asks for all,
///   - queues and workflows are listed where a manifest manages them and no memory of a clean Worker agrees with it, or
///   a Worker is to be deleted that may hold some,
///   - Durable Object classes that exist are listed where a write or a delete may end one,
///   - names of bindings are looked up where no memory of a clean Worker knows them, and again before it is written.
Missing missing(const TargetList& targets, const LiveState& live, const Policy& policy, Refresh refresh,
                Audience audience = Audience::watcher);

/// Whether one reading of the beta list is fewer calls than asking for each of `names`, in an account of `workers`.
bool is_beta_list_cheaper(std::size_t names, std::size_t workers);

}  // namespace plumbline::reconciler
