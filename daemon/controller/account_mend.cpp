#include "daemon/controller/account_mend.h"

#include <fmt/format.h>

#include "api/reaction.h"

namespace plumbline::daemon {
namespace {

// Every refusal of the API has a code. A proxy, a web page or another service answers without one. Above 500 it may
// still be the API, which is not well.
bool has_no_code(const api::Error& error) {
  return error.status >= 200 && error.status < 500 && error.code == 0 &&
         api::reaction(error) != api::Reaction::pause_account && api::reaction(error) != api::Reaction::wait;
}

}  // namespace

std::string account_mend(const api::Error& error, const AccountConfig& account) {
  if (has_no_code(error)) {
    // An answer of the API that was cut short looks the same, and is whole the next time.
    return fmt::format(
        "what answers at {} does not speak as the API does{} correct api_base_url in the configuration, or "
        "CLOUDFLARE_API_BASE_URL; the public API is at {}",
        account.api_base_url, api::is_unresolved(error) ? "; if it stays so," : ":", kPublicApi);
  }
  switch (api::reaction(error)) {
    case api::Reaction::stop_account:
      return fmt::format(
          "check that the token is valid, belongs to account {} and may edit its Workers Scripts; or correct "
          "account_id in the configuration, or CLOUDFLARE_ACCOUNT_ID",
          account.account_id);
    case api::Reaction::try_later:
      return fmt::format("check the network, and that {} is the API's address", account.api_base_url);
    // "Could not route": the API has no such path, because it has no such account.
    case api::Reaction::ask_user:
      return fmt::format(
          "check that {} is the account's id (account_id in the configuration, or CLOUDFLARE_ACCOUNT_ID), and that {} "
          "is the API's address",
          account.account_id, account.api_base_url);
    case api::Reaction::pause_account:
      return "a firewall in front of the API turned this machine away; try again later, or from another network";
    default:
      return {};
  }
}

}  // namespace plumbline::daemon
