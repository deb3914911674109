#include "simulator/assets.h"

#include <algorithm>

namespace plumbline::simulator {
namespace {

/// The configuration that a version states, or that of the assets that it keeps.
JsonObject config_of(const JsonObject& stated, const Assets* kept) {
  const auto* config = member(stated, "config");
  if (config && config->is_object()) return config->get_object();
  return kept ? kept->config : JsonObject();
}

}  // namespace

Try<std::shared_ptr<const Assets>> read_assets(const World& world, const JsonObject& metadata,
                                               const Version* previous) {
  const auto* kept = previous ? previous->assets.get() : nullptr;
  const auto* found = member(metadata, "assets");
  const auto stated = found && found->is_object() ? found->get_object() : JsonObject();
  const auto token = string_member(stated, "jwt");
  if (!token.empty()) {
    const auto& uploads = world.account.uploads;
    const auto upload = std::ranges::find(uploads, token, &UploadSession::completion_token);
    const bool is_complete = upload != uploads.end() && upload->missing.empty();
    if (!is_complete || upload->expires_at <= world.now()) {
      return refuse(400, 10021, "The assets' completion token is not valid.");
    }
    return std::make_shared<const Assets>(Assets{upload->manifest, config_of(stated, nullptr)});
  }
  const bool keeps = bool_member(metadata, "keep_assets").value_or(false);
  if (!keeps || !kept) return nullptr;
  return std::make_shared<const Assets>(Assets{kept->manifest, config_of(stated, kept)});
}

}  // namespace plumbline::simulator
