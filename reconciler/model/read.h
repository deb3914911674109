#pragma once

#include <string>
#include <vector>

namespace plumbline::reconciler {

/// A read that a decision needs.
struct Read {
  enum class Kind {
    beta_list,  ///< subdomains of every Worker at once, and which there are; concerns the account
    presence,   ///< whether there is a Worker that the list does not show
    settings,
    own,  ///< of one Worker, what `part` reads by a call of its own (see Part::read_operation())
    deployment,
    version,       ///< the active one; its deployment is known
    beta_version,  ///< the active one as the beta API tells it; its deployment is known
    versions,      ///< the newest ones and what they hold; its deployment is known
    content,
    kv_namespaces,  ///< of the account, as all that follow
    d1_databases,
    hyperdrive_configs,
    queues,
    workflows,
    durable_classes,
  };
  Kind kind = Kind::settings;
  std::string worker{};  ///< empty for what concerns the account
  std::string part{};    ///< name of a part; of Kind::own alone

  friend auto operator<=>(const Read&, const Read&) = default;
};

using Reads = std::vector<Read>;

}  // namespace plumbline::reconciler
