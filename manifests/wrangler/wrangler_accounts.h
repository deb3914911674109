#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "manifests/kinds/manifest.h"

namespace plumbline::manifests {

/// The accounts that the `account_id` of a wrangler config may name.
struct WranglerAccounts {
  std::string own;                            ///< id of the source's account
  std::map<std::string, std::string> others;  ///< of the same configuration: name by id
};

/// Whose a wrangler config is.
enum class WranglerAccount : std::uint8_t {
  ours,      ///< it names our account, or none
  others,    ///< it names another account of the configuration, whose own source reads it
  stranger,  ///< it names an account that nobody here has
};

/// Whose the config of `draft` is, by the account that applies in its environment; with nullptr all are ours. What is
/// to say about it goes to `diagnostics`. wrangler deploys to the account that a config names, whatever
/// CLOUDFLARE_ACCOUNT_ID says.
WranglerAccount account_of(const WorkerDraft& draft, const WranglerAccounts* accounts,
                           std::vector<Diagnostic>& diagnostics);

}  // namespace plumbline::manifests
