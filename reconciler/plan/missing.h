#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "reconciler/model/live.h"
#include "reconciler/model/policy.h"
#include "reconciler/model/target.h"

namespace plumbline::reconciler {

/// A read that a decision needs.
struct Read {
  enum class Kind {
    beta_list,  ///< subdomains of every Worker at once, and which there are; concerns the account
    presence,   ///< whether there is a Worker that the list does not show
    settings,
    subdomain,  ///< of one Worker, where the account has no beta list
    schedules,
    deployment,
    version,         ///< the active one; its deployment is known
    beta_version,    ///< the active one as the beta API tells it; its deployment is known
    newest_version,  ///< which one it is, where the active one was active before
    content,
    kv_namespaces,  ///< of the account, as all that follow
    d1_databases,
    hyperdrive_configs,
    queues,
    workflows,
    durable_classes,
  };
  Kind kind = Kind::settings;
  std::string worker;  ///< empty for what concerns the account

  friend auto operator<=>(const Read&, const Read&) = default;
};

/// Names the reads that are still needed to plan `targets` against `live`, those that can be made
/// at the same time. Pure; called again after each round until it names none. Nothing is read that
/// no decision needs:
///   - a name that the list does not show and that something depends on is asked for, by the beta list where that is
///   fewer calls,
///   - Workers that are not ours and not to be adopted are not read at all; where ours could have lost its tag, its
///   settings tell,
///   - under Refresh::list a clean Worker is taken from memory,
///   - code is read back only if nothing attests it,
///   - a Worker whose active version was active before is asked for its newest one: somebody may have rolled back,
///   - a Worker of ours that no target names is read if it may be deleted,
///   - a Worker that is about to be written needs its deployment, so that nobody's rollout is run
///   over,
///   - before an upload, the active version is read by the beta API for what the upload has to carry; where nobody
///   knows yet whether the account has that API, one Worker asks for all,
///   - queues and workflows are listed where a manifest manages them and no memory of a clean Worker agrees with it, or
///   a Worker is to be deleted that may hold some,
///   - Durable Object classes that exist are listed where a write or a delete may end one,
///   - names of bindings are looked up where no memory of a clean Worker knows them, and again before it is written.
std::vector<Read> missing(const std::vector<Target>& targets, const LiveState& live, const Policy& policy,
                          Refresh refresh);

/// Whether one reading of the beta list is fewer calls than asking for each of `names`, in an account of `workers`.
bool is_beta_list_cheaper(std::size_t names, std::size_t workers);

}  // namespace plumbline::reconciler
