#include "simulator/state.h"

#include <algorithm>
#include <ranges>

namespace plumbline::simulator {

const Version* Worker::find_version(std::string_view id) const {
  // From the newest on: mostly the version that serves traffic is wanted.
  for (const auto& version : std::views::reverse(versions)) {
    if (version->id == id) return version.get();
  }
  return nullptr;
}

const Version& Worker::deployed() const {
  const auto& shares = deployments.back().shares;
  const auto most = std::ranges::max_element(shares, {}, &Share::percentage);
  const auto* version = find_version(most->version_id);
  return version ? *version : latest();
}

bool Worker::latest_is_deployed() const {
  const auto& shares = deployments.back().shares;
  return shares.size() == 1 && shares.front().version_id == latest().id;
}

}  // namespace plumbline::simulator
