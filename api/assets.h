#pragma once

#include <string>
#include <vector>

#include "api/workers.h"
#include "base/secret.h"

/// Static assets of a Worker, in the three steps of
/// https://developers.cloudflare.com/workers/static-assets/direct-upload/: a session that tells what is missing,
/// uploads of that, and an upload of the Worker with the completion token as `assets.jwt`.
namespace plumbline::api {

struct AssetsSession {
  /// The bearer of the uploads; the completion token itself if nothing is missing. Good for an hour.
  Secret jwt;
  /// Hashes of the files that are missing: one upload a bucket.
  std::vector<std::vector<std::string>> buckets;
};

/// POST …/scripts/{name}/assets-upload-session, also for a Worker that does not exist yet. `manifest` is
/// `{"/path": {hash: <32 hex digits>, size}}`.
Awaitable<Result<AssetsSession>> create_assets_session(const Account& account, std::string name, JsonObject manifest);

struct Asset {
  std::string hash;
  std::string content_type;  ///< to serve it with; `application/null`: none
  std::string bytes;
};

/// POST …/workers/assets/upload?base64=true with one bucket. The completion token comes with the last bucket; before it
/// the answer is empty.
Awaitable<Result<Secret>> upload_assets(const Account& account, const Secret& jwt, std::vector<Asset> bucket);

}  // namespace plumbline::api
