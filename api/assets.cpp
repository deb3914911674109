#include "api/assets.h"

#include <utility>

#include "api/calls.h"
#include "base/base64.h"

namespace plumbline::api {
namespace {

Result<std::vector<std::vector<std::string>>> read_buckets(const Operation& operation, const JsonObject& result) {
  const Json* const buckets = member(result, "buckets");
  if (buckets == nullptr || !buckets->is_array()) return unusable(operation, "the session has no buckets");
  std::vector<std::vector<std::string>> out;
  for (const Json& bucket : buckets->get_array()) {
    if (!bucket.is_array()) return unusable(operation, "a bucket of the session is not a list");
    out.emplace_back();
    for (const Json& hash : bucket.get_array()) {
      if (!hash.is_string()) return unusable(operation, "a bucket of the session holds something other than hashes");
      out.back().emplace_back(view(hash.get_string()));
    }
  }
  return out;
}

Awaitable<Result<AssetsSession>> call_for_session(Client* client, Call call) {
  const Operation& operation = *call.operation;
  auto result = co_await call_for_object(client, std::move(call));
  if (!result) co_return std::unexpected(std::move(result.error()));
  AssetsSession session{Secret(string_member(*result, "jwt")), {}};
  if (session.jwt.empty()) co_return unusable(operation, "the session has no jwt");
  auto buckets = read_buckets(operation, *result);
  if (!buckets) co_return std::unexpected(std::move(buckets.error()));
  session.buckets = std::move(*buckets);
  co_return std::move(session);
}

Awaitable<Result<Secret>> call_for_completion(Client* client, Call call) {
  constexpr int kCreated = 201;
  const Operation& operation = *call.operation;
  auto answer = co_await client->call(std::move(call));
  if (!answer) co_return std::unexpected(std::move(answer.error()));
  Secret jwt(string_member(answer->result, "jwt"));
  if (answer->status == kCreated && jwt.empty()) co_return unusable(operation, "the completion token is missing");
  co_return std::move(jwt);
}

}  // namespace

Awaitable<Result<AssetsSession>> create_assets_session(const Account& account, std::string name, JsonObject manifest) {
  Call call = begin_script(account, "create_assets_session", std::move(name));
  set_json(call, JsonObject{{"manifest", std::move(manifest)}});
  return call_for_session(account.client, std::move(call));
}

Awaitable<Result<Secret>> upload_assets(const Account& account, const Secret& jwt, std::vector<Asset> bucket) {
  Call call = begin(account, "upload_assets");
  call.headers.set("Authorization", bearer(jwt));
  std::vector<FormPart> parts;
  parts.reserve(bucket.size());
  for (Asset& asset : bucket) {
    parts.push_back({asset.hash, asset.hash, std::move(asset.content_type), to_base64(asset.bytes)});
  }
  set_form(call, write_form(parts));
  return call_for_completion(account.client, std::move(call));
}

}  // namespace plumbline::api
