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
  std::string own;                            ///< id of the source's own account
  std::map<std::string, std::string> others;  ///< other accounts of the same configuration: names by id

  friend bool operator==(const WranglerAccounts&, const WranglerAccounts&) = default;
};

/// Which account a wrangler config belongs to.
enum class WranglerAccount : std::uint8_t {
  ours,      ///< to ours, or it names none
  others,    ///< to another account of the configuration, whose own source reads it
  stranger,  ///< to an account that the configuration does not have
};

/// Which account the config of `draft` belongs to, by the `account_id` that applies in its environment. With nullptr
/// all belong to us. Problems go to `diagnostics`. wrangler deploys to the account that a config names, even if
/// CLOUDFLARE_ACCOUNT_ID says otherwise.
WranglerAccount account_of(const WorkerDraft& draft, const WranglerAccounts* accounts,
                           std::vector<Diagnostic>& diagnostics);

}  // namespace plumbline::manifests
