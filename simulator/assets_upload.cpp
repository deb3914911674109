#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "simulator/base64.h"
#include "simulator/changes.h"
#include "simulator/endpoints.h"

/// Uploads of static assets: a session says which files are missing, files are sent in buckets, and the answer to the
/// last bucket holds the completion token for the upload of the Worker.
namespace plumbline::simulator {
namespace {

constexpr std::size_t kBucket = 25;  // files; the service's own number is not published
constexpr std::size_t kMostFiles = 100'000;
constexpr std::uint64_t kLargestFile = 25ULL * 1024 * 1024;
constexpr std::size_t kMostSessions = 1'000;
constexpr std::chrono::seconds kLifetime{3600};  // of tokens

/// A token in the form of a JWT (RFC 7519), because clients read `exp`. It is not signed: its rights are looked up.
std::string make_token(World& world, std::string_view type) {
  const auto issued = std::chrono::floor<std::chrono::seconds>(world.now()).time_since_epoch().count();
  const auto header = to_base64url(R"({"alg":"HS256","typ":"JWT"})");
  const auto claims = to_base64url(to_text(JsonObject{{"session_id", world.ids.uuid()},
                                                      {"account_id", world.options.account_id},
                                                      {"type", type},
                                                      {"iat", issued},
                                                      {"exp", issued + kLifetime.count()}}));
  return fmt::format("{}.{}.{}", header, claims, to_base64url(world.ids.hex32()));
}

Try<void> check_manifest(const JsonObject& manifest) {
  if (manifest.size() > kMostFiles) return refuse(400, 10001, "More than 100000 assets.");
  for (const auto& [path, file] : manifest) {
    const auto hash = string_member(file, "hash");
    const auto* size = member(file, "size");
    boost::system::error_code error;
    const auto bytes = size ? size->to_number<std::uint64_t>(error) : kLargestFile + 1;
    if (!path.starts_with('/') || !is_identifier(hash) || error || bytes > kLargestFile) {
      return refuse(400, 10001, fmt::format("The manifest's entry {} is not valid.", printable(path)));
    }
  }
  return {};
}

JsonArray buckets_of(const UploadSession& session) {
  JsonArray buckets;
  for (const auto& hash : session.missing) {
    if (buckets.empty() || buckets.back().get_array().size() == kBucket) buckets.push_back(JsonArray());
    buckets.back().get_array().emplace_back(hash);
  }
  return buckets;
}

/// POST …/scripts/:script/assets-upload-session, also in a dispatch namespace. The Worker, which is the last
/// placeholder, need not exist yet.
Outcome post_session(Call& call) {
  if (auto valid = check_name(call.world, call.params.back()); !valid) return std::unexpected(valid.error());
  const auto body = call.json_object();
  if (!body) return std::unexpected(body.error());
  const auto* manifest = member(*body, "manifest");
  if (!manifest || !manifest->is_object()) return refuse(400, 10001, "`manifest` is not an object.");
  if (auto valid = check_manifest(manifest->get_object()); !valid) return std::unexpected(valid.error());

  auto& account = call.world.account;
  UploadSession session;
  session.token = make_token(call.world, "session");
  session.completion_token = make_token(call.world, "completion");
  session.expires_at = call.world.now() + kLifetime;
  session.manifest = manifest->get_object();
  for (const auto& [path, file] : session.manifest) {
    const auto hash = string_member(file, "hash");
    if (!account.asset_hashes.contains(hash)) session.missing.emplace(hash);
  }
  auto buckets = buckets_of(session);
  const auto& token = session.missing.empty() ? session.completion_token : session.token;
  const JsonObject result{{"jwt", token}, {"buckets", std::move(buckets)}};
  if (account.uploads.size() == kMostSessions) account.uploads.erase(account.uploads.begin());
  account.uploads.push_back(std::move(session));
  return success(result);
}

/// Takes one file of a bucket.
Try<void> receive(World& world, UploadSession& session, const Part& part, bool is_base64) {
  const auto hash = part.filename.value_or(part.name);
  if (!session.missing.contains(hash) && !world.account.asset_hashes.contains(hash)) {
    return refuse(400, 10006, fmt::format("The upload session does not ask for {}.", printable(hash)));
  }
  if (is_base64 && !from_base64(part.body)) {
    return refuse(400, 10006, fmt::format("File {} is not base64.", printable(hash)));
  }
  session.missing.erase(hash);
  world.account.asset_hashes.insert(hash);
  return {};
}

/// POST /accounts/:account/workers/assets/upload?base64=true, with the session's token.
Outcome post_upload(Call& call) {
  constexpr std::string_view kBearer = "Bearer ";
  const auto header = call.request.headers.get("authorization");
  const auto token = header.substr(std::min(kBearer.size(), header.size()));
  auto& uploads = call.world.account.uploads;
  const auto session = std::ranges::find(uploads, token, &UploadSession::token);
  const bool is_valid = session != uploads.end() && session->expires_at > call.world.now();
  if (!is_valid) return refuse(401, 10000, "Authentication error");
  const auto boundary = boundary_of(call.request.headers.get("content-type"));
  if (!boundary) return refuse(400, 10001, "Content-Type must be one of: multipart/form-data.");
  const auto parts = read_multipart(call.request.body, *boundary);
  if (!parts) return refuse(400, 10026, "The form could not be parsed: " + parts.error().message);
  const bool is_base64 = call.query("base64") == "true";
  for (const auto& part : *parts) {
    if (auto taken = receive(call.world, *session, part, is_base64); !taken) return std::unexpected(taken.error());
  }
  if (!session->missing.empty()) return success(JsonObject{{"jwt", nullptr}}, 202);
  return success(JsonObject{{"jwt", session->completion_token}}, 201);
}

constexpr std::array kAssetsUploadEndpoints{
    Endpoint{"POST", "/accounts/:account/workers/scripts/:script/assets-upload-session", post_session},
    Endpoint{"POST", "/accounts/:account/workers/dispatch/namespaces/:namespace/scripts/:script/assets-upload-session",
             post_session},
    Endpoint{"POST", "/accounts/:account/workers/assets/upload", post_upload, Access::upload_session},
};

}  // namespace

std::span<const Endpoint> asset_endpoints() {
  return kAssetsUploadEndpoints;
}

}  // namespace plumbline::simulator
