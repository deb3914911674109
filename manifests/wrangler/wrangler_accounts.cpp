#include "manifests/wrangler/wrangler_accounts.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace plumbline::manifests {

WranglerAccount account_of(const WorkerDraft& draft, const WranglerAccounts* accounts,
                           std::vector<Diagnostic>& diagnostics) {
  if (accounts == nullptr || !draft.account) return WranglerAccount::ours;
  const WrittenPath& named = *draft.account;
  if (iequals(named.text, accounts->own)) return WranglerAccount::ours;
  const auto other = std::ranges::find_if(accounts->others,
                                          [&named](const auto& account) { return iequals(account.first, named.text); });
  if (other != accounts->others.end()) {
    diagnostics.push_back(
        {.severity = Severity::note,
         .where = named.where,
         .summary =
             fmt::format("this config does not belong to this source: it names the account \"{}\"", other->second)});
    return WranglerAccount::others;
  }
  diagnostics.push_back(
      {.where = named.where,
       .summary = fmt::format("\"account_id\" names the account {}, which is not known here", named.text),
       .detail = fmt::format(
           "this source writes to the account {} (without a configuration, the one in CLOUDFLARE_ACCOUNT_ID). Correct "
           "one of the two, or write wrangler: {{account_id: ignore}} for the source in a configuration",
           accounts->own)});
  return WranglerAccount::stranger;
}

}  // namespace plumbline::manifests
