#include "reconciler/apply/assets_upload.h"

#include <map>

#include "manifests/files/asset_files.h"
#include "manifests/files/media_types.h"
#include "net/run_on.h"
#include "reconciler/apply/send.h"
#include "reconciler/observe/parallel.h"
#include "reconciler/parts/assets.h"

namespace plumbline::reconciler {
namespace {

using Bucket = std::vector<const manifests::AssetFile*>;

// What the uploads of one session share; in the frame of upload_assets(), which ends after them.
struct Session {
  const Scope* scope = nullptr;
  std::shared_ptr<const manifests::SourceTree> tree;
  net::Turnstile* turn = nullptr;
  Secret jwt;
  Secret token;                     // the last one that was told
  std::optional<api::Error> error;  // the first one
  std::size_t calls = 0;
};

plumbline::Result<std::vector<api::Asset>> read_bucket(const manifests::SourceTree& tree, const Bucket& bucket) {
  std::vector<api::Asset> assets;
  for (const auto* file : bucket) {
    auto bytes = manifests::read_asset(tree, *file);
    if (!bytes) return std::unexpected(bytes.error());
    assets.push_back({file->hash, manifests::served_type(file->source), std::move(*bytes)});
  }
  return assets;
}

Awaitable<> upload_bucket(Session* session, const Bucket* bucket) {
  const auto place = co_await session->turn->enter();
  if (session->error) co_return;
  auto assets = co_await net::run_on(session->scope->pool,
                                     [tree = session->tree, bucket] { return read_bucket(*tree, *bucket); });
  if (!assets) {
    if (!session->error) session->error = own_error(api::ErrorKind::stale_source, assets.error().message);
    co_return;
  }
  ++session->calls;
  auto token = co_await api::upload_assets(session->scope->account, session->jwt, std::move(*assets));
  if (!token) {
    if (!session->error) session->error = std::move(token.error());
  } else if (!token->empty()) {
    session->token = std::move(*token);
  }
}

// The files that a session asks for; the error names what it cannot mean.
api::Result<std::vector<Bucket>> asked_for(const manifests::AssetListing& listing,
                                           const std::vector<std::vector<std::string>>& hashes) {
  std::map<std::string_view, const manifests::AssetFile*> files;
  for (const auto& file : listing.files) files.emplace(file.hash, &file);
  std::vector<Bucket> buckets;
  for (const auto& names : hashes) {
    Bucket bucket;
    for (const auto& hash : names) {
      const auto found = files.find(hash);
      if (found == files.end())
        return std::unexpected(
            own_error(api::ErrorKind::local, "the service asks for an asset that was not in the list that it got"));
      bucket.push_back(found->second);
    }
    if (!bucket.empty()) buckets.push_back(std::move(bucket));
  }
  return buckets;
}

}  // namespace

Awaitable<api::Result<UploadedAssets>> upload_assets(const Scope* scope,
                                                     std::shared_ptr<const manifests::DesiredState> desired,
                                                     const WorkerChange* change, net::Turnstile* turn) {
  const auto& listing = change->target->assets->listing;
  auto opened = co_await api::create_assets_session(scope->account, change->name, assets_manifest(listing));
  if (!opened) co_return std::unexpected(std::move(opened.error()));
  const auto buckets = asked_for(listing, opened->buckets);
  if (!buckets) co_return std::unexpected(buckets.error());
  if (buckets->empty()) co_return UploadedAssets{std::move(opened->jwt), 1};

  Session session;
  session.scope = scope;
  session.tree = desired->tree;
  session.turn = turn;
  session.jwt = std::move(opened->jwt);
  std::vector<Awaitable<>> uploads;
  uploads.reserve(buckets->size());
  for (const auto& bucket : *buckets) uploads.push_back(upload_bucket(&session, &bucket));
  co_await all_of(std::move(uploads));
  if (session.error) co_return std::unexpected(std::move(*session.error));
  if (session.token.empty())
    co_return std::unexpected(
        own_error(api::ErrorKind::local, "the upload of assets ended without the token that completes it"));
  co_return UploadedAssets{std::move(session.token), 1 + session.calls};
}

}  // namespace plumbline::reconciler
