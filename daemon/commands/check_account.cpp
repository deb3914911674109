#include "daemon/commands/check_account.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/calls.h"
#include "api/legacy.h"
#include "api/rate_headers.h"
#include "api/reaction.h"
#include "base/text.h"
#include "daemon/commands/check_judgements.h"
#include "daemon/controller/account_mend.h"

namespace plumbline::daemon {
namespace {

using std::chrono::system_clock;

constexpr const char* kZoneRead = "give the token Zone: Zone: Read for it, or correct the zone in the manifests";
constexpr const char* kRoutesEdit = "give the token Zone: Workers Routes: Edit for it";

bool is_refused(const api::Error& error) {
  const auto reaction = api::reaction(error);
  return reaction == api::Reaction::stop_account || reaction == api::Reaction::skip_zone;
}

class AccountCheck {
 public:
  AccountCheck(AccountRuntime& account, const AccountNeeds& needs)
      : account_(account), needs_(needs), place_("accounts." + account.config().name) {}

  Awaitable<CheckRows> run(std::chrono::milliseconds audit_interval) {
    if (const auto credentials = account_.refresh_credentials(); !credentials) {
      failed("credentials", credentials.error().message, "write what that names, for the user of the daemon to read");
      co_return std::move(rows_);
    }
    if (!co_await check_token() || !co_await check_workers()) co_return std::move(rows_);
    rows_.push_back({CheckResult::ok, place_ + ".permissions",
                     "needed: " + permissions_of(needs_) + "; whether the token may edit, no read tells"});
    for (const auto& need : lists_of(needs_)) co_await check_list(need);
    co_await check_zones();
    rows_.push_back(judge_budget(place_ + ".budget", {.workers = needs_.workers,
                                                      .calls_per_second = account_.calls_per_second(),
                                                      .audit_interval = audit_interval}));
    co_return std::move(rows_);
  }

 private:
  [[nodiscard]] api::Account api() const { return account_.api(api::Priority::interactive); }

  void ok(const std::string& what, std::string detail) {
    rows_.push_back({CheckResult::ok, place_ + '.' + what, std::move(detail)});
  }

  void failed(const std::string& what, std::string detail, std::string mend) {
    rows_.push_back({CheckResult::failed, place_ + '.' + what, std::move(detail), std::move(mend)});
  }

  void failed(const std::string& what, const api::Error& error, std::string mend_of_refusal) {
    auto mend = is_refused(error) ? std::move(mend_of_refusal) : account_mend(error, account_.config());
    failed(what, api::to_text(error), mend.empty() ? "try again later" : std::move(mend));
  }

  // False if nothing else of the account is worth asking for.
  Awaitable<bool> check_token() {
    if (!account_.config().api_token.given()) {
      ok("api_key", "a global key: it may do everything, and has no expiry");
      co_return true;
    }
    const auto verified = co_await api::verify_token(api());
    if (verified) {
      rows_.push_back(judge_token(place_ + ".api_token", *verified, system_clock::now()));
      co_return rows_.back().result != CheckResult::failed;
    }
    if (!is_refused(verified.error())) {
      failed("account", verified.error(), {});
      co_return false;
    }
    unverified_ = verified.error();
    co_return true;
  }

  // The list of Workers: every pass begins with it.
  Awaitable<bool> check_workers() {
    const auto answer = co_await api().client->call(api::begin(api(), "list_scripts"));
    if (unverified_) tell_unverified(answer.has_value());
    if (!answer) {
      failed("account", answer.error(), account_mend(answer.error(), account_.config()));
      // A token without this one permission may have others.
      co_return is_refused(answer.error()) && !unverified_;
    }
    const auto* list = answer->result.if_array();
    ok("account", account_.config().account_id + ", " + counted(list == nullptr ? 0 : list->size(), "Worker"));
    rows_.push_back(
        judge_clock(place_ + ".clock", api::parse_http_date(answer->headers.get("Date")), system_clock::now()));
    co_return true;
  }

  // The list of Workers decides: a token that may not verify itself may still work.
  void tell_unverified(bool works) {
    if (!works) return failed("api_token", api::to_text(*unverified_), "make a new token and put it in its place");
    rows_.push_back({CheckResult::warning, place_ + ".api_token", "it works, but its expiry cannot be read",
                     "look in the dashboard when it expires"});
  }

  // Its first page shows whether it may be read.
  Awaitable<> check_list(ListNeed need) {
    const auto answer = co_await api().client->call(api::begin(api(), need.list));
    const std::string what = "permissions." + std::string(need.list->name);
    if (answer) {
      ok(what, std::string(need.what) + " can be read (" + std::string(need.because) + " of manifests)");
    } else {
      failed(what, answer.error(), "give the token " + std::string(need.permission));
    }
  }

  Awaitable<> check_zones() {
    for (const auto& name : needs_.zones) co_await check_zone(name, {name});
    for (const auto& host : needs_.hosts) co_await check_zone(host, possible_zones(host));
    for (const auto& id : needs_.zone_ids) co_await check_routes(id, id);
  }

  // `names`: what the zone may be called, the likeliest first.
  Awaitable<> check_zone(std::string shown, std::vector<std::string> names) {
    for (const auto& name : names) {
      const auto zones = co_await api::list_zones(api(), name);
      if (!zones) {
        failed("zones." + shown, zones.error(), kZoneRead);
        co_return;
      }
      if (!zones->empty()) co_return co_await check_routes(shown, api_id(*zones));
    }
    failed("zones." + shown, "the account has no such zone that the token may see", kZoneRead);
  }

  static std::string api_id(const JsonArray& zones) { return std::string(string_member(zones.front(), "id")); }

  Awaitable<> check_routes(std::string shown, std::string zone_id) {
    const auto routes = co_await api::list_routes(api(), zone_id);
    if (!routes) {
      failed("zones." + shown, routes.error(), kRoutesEdit);
      co_return;
    }
    if (needs_.filters) {
      const auto filters = co_await api::list_filters(api(), zone_id);
      if (!filters) {
        failed("zones." + shown, filters.error(), std::string(api::kUseKey));
        co_return;
      }
    }
    ok("zones." + shown, counted(routes->size(), "route") + " can be read");
  }

  AccountRuntime& account_;
  const AccountNeeds& needs_;
  std::string place_;
  CheckRows rows_;
  std::optional<api::Error> unverified_;  ///< why the token could not be verified
};

}  // namespace

Awaitable<CheckRows> check_account(AccountRuntime* account, const AccountNeeds* needs,
                                   std::chrono::milliseconds audit_interval) {
  AccountCheck check(*account, *needs);
  co_return co_await check.run(audit_interval);
}

}  // namespace plumbline::daemon
