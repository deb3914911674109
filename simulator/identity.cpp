#include <array>

#include "base/digest.h"
#include "simulator/endpoints.h"
#include "simulator/setting_values.h"

namespace plumbline::simulator {
namespace {

constexpr std::string_view kBearer = "Bearer ";

std::string_view bearer_token(const Call& call) {
  const auto header = call.request.headers.get("authorization");
  return header.starts_with(kBearer) ? header.substr(kBearer.size()) : std::string_view();
}

/// The prefix of tokens that belong to an account and not to a user; each kind has its own address for verification.
bool is_account_token(std::string_view token) {
  return token.starts_with("cfat_");
}

Outcome verified(std::string_view token) {
  return success_with_message(JsonObject{{"id", truncated(sha256_hex(token))}, {"status", "active"}},
                              {10000, "This API Token is valid and active"});
}

std::unexpected<Refusal> invalid_token() {
  return refuse(401, 1000, "Invalid API Token");
}

/// GET /user/tokens/verify
Outcome verify_user_token(Call& call) {
  const auto token = bearer_token(call);
  if (token.empty() || is_account_token(token)) return invalid_token();
  return verified(token);
}

/// GET /accounts/:account/tokens/verify
Outcome verify_account_token(Call& call) {
  const auto token = bearer_token(call);
  if (!is_account_token(token)) return invalid_token();
  return verified(token);
}

/// GET /user
Outcome get_user(Call& call) {
  const auto email = call.author();
  return success(JsonObject{{"id", truncated(sha256_hex(email))},
                            {"email", email},
                            {"first_name", nullptr},
                            {"last_name", nullptr},
                            {"two_factor_authentication_enabled", false}});
}

JsonObject account_view(const Call& call) {
  return {{"id", call.world.options.account_id},
          {"name", "Simulated account"},
          {"type", "standard"},
          {"settings", JsonObject{{"enforce_twofactor", false}}}};
}

/// A list of one item, in pages.
Outcome list_of_one(const Call& call, JsonObject item) {
  const auto page = page_of(call, 20, 50);
  if (!page) return std::unexpected(page.error());
  JsonArray items;
  if (page->number == 1) items.push_back(std::move(item));
  const PageInfo info{page->number, page->size, items.size(), 1};
  return success(items, info);
}

/// GET /accounts
Outcome list_accounts(Call& call) {
  return list_of_one(call, account_view(call));
}

/// GET /accounts/:account
Outcome get_account(Call& call) {
  return success(account_view(call));
}

/// GET /memberships
Outcome list_memberships(Call& call) {
  return list_of_one(call, {{"id", truncated(sha256_hex("membership " + call.author()))},
                            {"status", "accepted"},
                            {"account", account_view(call)},
                            {"roles", JsonArray{"Super Administrator - All Privileges"}}});
}

/// GET /accounts/:account/workers/account-settings
Outcome get_account_settings(Call& call) {
  JsonObject out{{"default_usage_model", "standard"}, {"green_compute", false}};
  for (const auto& [key, value] : call.world.account.settings) out[key] = value;
  return success(out);
}

/// PUT /accounts/:account/workers/account-settings
Outcome put_account_settings(Call& call) {
  const auto body = call.json_object();
  if (!body) return std::unexpected(body.error());
  const auto* model = member(*body, "default_usage_model");
  if (model && !model->is_null()) {
    if (auto ok = check_usage_model(string_member(*body, "default_usage_model")); !ok) {
      return std::unexpected(ok.error());
    }
  }
  for (const std::string_view key : {"default_usage_model", "green_compute"}) {
    if (const auto* value = member(*body, key)) call.world.account.settings[key] = *value;
  }
  return get_account_settings(call);
}

constexpr std::array kIdentityEndpoints{
    Endpoint{"GET", "/user", get_user},
    Endpoint{"GET", "/user/tokens/verify", verify_user_token},
    Endpoint{"GET", "/accounts/:account/tokens/verify", verify_account_token},
    Endpoint{"GET", "/accounts", list_accounts},
    Endpoint{"GET", "/accounts/:account", get_account},
    Endpoint{"GET", "/memberships", list_memberships},
    Endpoint{"GET", "/accounts/:account/workers/account-settings", get_account_settings},
    Endpoint{"PUT", "/accounts/:account/workers/account-settings", put_account_settings},
};

}  // namespace

std::span<const Endpoint> identity_endpoints() {
  return kIdentityEndpoints;
}

}  // namespace plumbline::simulator
