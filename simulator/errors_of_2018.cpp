#include "simulator/errors_of_2018.h"

#include <algorithm>

#include "base/text.h"

namespace plumbline::simulator {
namespace {

/// Whether the path has an account or a zone, and it is none of ours.
bool lacks_owner(const World& world, const std::vector<std::string_view>& segments) {
  if (segments.size() < 2) return false;
  if (segments[0] == "accounts") return segments[1] != world.options.account_id;
  return segments[0] == "zones" &&
         std::ranges::find(world.account.zones, segments[1], &Zone::id) == world.account.zones.end();
}

/// `/accounts/ID/workers/scripts/`, or without the last `/` for a call that needs a name.
bool lacks_script(std::string_view method, const std::vector<std::string_view>& segments) {
  const bool is_list = segments.size() == 4 || (segments.size() == 5 && segments[4].empty());
  return is_list && segments[0] == "accounts" && segments[2] == "workers" && segments[3] == "scripts" &&
         (segments.size() == 5 || method != "GET");
}

}  // namespace

Refusal as_of_2018(const World& world, std::string_view method, std::string_view path, Refusal refusal) {
  const auto code = refusal.errors.empty() ? 0 : refusal.errors.front().code;
  if (code == 10027) refusal.status = 400;
  if (code == 10007) refusal.errors.front().message = "workers.api.error.not_found";
  if (!path.starts_with('/') || (code != 7003 && code != 7001)) return refusal;
  const auto segments = split(path.substr(1), '/');
  if (lacks_owner(world, segments)) return {404, {{10005, "workers.api.error.not_found"}}};
  if (lacks_script(method, segments)) return {404, {{10005, "workers.api.error.missing_script_name"}}};
  return refusal;
}

}  // namespace plumbline::simulator
