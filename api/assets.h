#pragma once

#include <string>
#include <vector>

#include "api/workers.h"
#include "base/secret.h"

/// Uploads static assets of a Worker in the three steps of
/// https://developers.cloudflare.com/workers/static-assets/direct-upload/: a session says which files are missing,
/// these are uploaded, then an upload of the Worker carries the completion token as `assets.jwt`. The client must
/// outlive the calls.
namespace plumbline::api {

struct AssetsSession {
  /// The bearer token for the uploads, valid for an hour. If no file is missing, it is the completion token itself.
  Secret jwt;
  /// Hashes of the missing files, in groups: each group is one upload.
  std::vector<std::vector<std::string>> buckets;
};

/// POST …/scripts/{name}/assets-upload-session. Works also for a Worker that does not exist yet. `manifest` is
/// `{"/path": {hash: <32 hex digits>, size}}`.
Awaitable<Result<AssetsSession>> create_assets_session(const Account& account, std::string name, JsonObject manifest);

/// One static asset to upload.
struct Asset {
  std::string hash;
  std::string content_type;  ///< to serve it with; `application/null` means none
  std::string bytes;
};

/// POST …/workers/assets/upload?base64=true with one bucket. The answer to the last bucket is the completion token;
/// answers before it are empty. `jwt` is only used before this returns.
Awaitable<Result<Secret>> upload_assets(const Account& account, const Secret& jwt, std::vector<Asset> bucket);

}  // namespace plumbline::api
