#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/text.h"
#include "simulator/changes.h"
#include "simulator/endpoints.h"
#include "simulator/settings.h"
#include "simulator/worker_views.h"

namespace plumbline::simulator {
namespace {

constexpr std::size_t kDeployableVersions = 100;

/// GET …/versions
Outcome list_versions(Call& call) {
  const auto worker = call.world.visible_worker(call.params[1]);
  if (!worker) return std::unexpected(worker.error());
  auto page = page_of(call, 10, 100);
  if (!page) return std::unexpected(page.error());
  if (call.query("deployable") == "true") *page = Page{1, kDeployableVersions};
  const auto& versions = (*worker)->versions;
  const auto [begin, end] = page->bounds(versions.size());
  JsonArray items;
  for (auto i = begin; i < end; ++i) {
    items.push_back(version_item(*versions[versions.size() - 1 - i]));  // newest first
  }
  const PageInfo info{page->number, page->size, items.size(), versions.size()};
  return success_with_nulls(JsonObject{{"items", std::move(items)}}, info);
}

/// GET …/versions/:version
Outcome get_version(Call& call) {
  const auto worker = call.world.visible_worker(call.params[1]);
  if (!worker) return std::unexpected(worker.error());
  const auto* version = (*worker)->find_version(call.params[2]);
  if (!version) return refuse(404, 100146, "Version not found.");
  return success(version_view(call.world, **worker, *version));
}

/// GET …/deployments
Outcome list_deployments(Call& call) {
  const auto worker = call.world.visible_worker(call.params[1]);
  if (!worker) return std::unexpected(worker.error());
  const auto page = page_of(call, 10, 100);
  if (!page) return std::unexpected(page.error());
  const auto& deployments = (*worker)->deployments;
  const auto [begin, end] = page->bounds(deployments.size());
  JsonArray items;
  for (auto i = begin; i < end; ++i) {
    items.push_back(deployment_view(deployments[deployments.size() - 1 - i]));
  }
  return success(JsonObject{{"deployments", std::move(items)}});
}

const Deployment* find_deployment(const Worker& worker, std::string_view id) {
  const auto found = std::ranges::find(worker.deployments, id, &Deployment::id);
  return found == worker.deployments.end() ? nullptr : &*found;
}

std::unexpected<Refusal> no_such_deployment() {
  return refuse(404, 10336, "Deployment not found.");
}

/// GET …/deployments/:deployment
Outcome get_deployment(Call& call) {
  const auto worker = call.world.visible_worker(call.params[1]);
  if (!worker) return std::unexpected(worker.error());
  const auto* deployment = find_deployment(**worker, call.params[2]);
  if (!deployment) return no_such_deployment();
  return success(deployment_view(*deployment));
}

/// DELETE …/deployments/:deployment
Outcome delete_deployment(Call& call) {
  auto worker = call.world.worker_to_change(call.params[1]);
  if (!worker) return std::unexpected(worker.error());
  auto& deployments = (*worker)->deployments;
  const auto* deployment = find_deployment(**worker, call.params[2]);
  if (!deployment) return no_such_deployment();
  if (deployment == &deployments.back()) {
    return refuse(400, 10001, "The active deployment cannot be deleted.");
  }
  deployments.erase(deployments.begin() + (deployment - deployments.data()));
  return success(nullptr);
}

Try<Share> read_share(const Json& stated, const Worker& worker) {
  const auto id = string_member(stated, "version_id");
  const auto* percentage = member(stated, "percentage");
  if (!percentage || !percentage->is_number()) {
    return refuse(400, 10001, "A version of the deployment has no percentage.");
  }
  const auto share = percentage->to_number<double>();
  if (share < 0.01 || share > 100) {
    return refuse(400, 10001, "A percentage is between 0.01 and 100.");
  }
  if (!worker.find_version(id)) {
    return refuse(404, 100146, fmt::format("Version {} not found.", printable(id)));
  }
  return Share{std::string(id), share};
}

Try<std::vector<Share>> read_shares(const JsonObject& body, const Worker& worker) {
  constexpr double kTolerance = 0.001;
  const auto* versions = member(body, "versions");
  if (string_member(body, "strategy") != "percentage" || !versions || !versions->is_array()) {
    return refuse(400, 10001, "A deployment has the strategy `percentage` and `versions`.");
  }
  const auto& items = versions->get_array();
  if (items.empty() || items.size() > 2) return refuse(400, 10001, "One or two versions.");
  std::vector<Share> shares;
  double sum = 0;
  for (const auto& item : items) {
    auto share = read_share(item, worker);
    if (!share) return std::unexpected(share.error());
    sum += share->percentage;
    shares.push_back(std::move(*share));
  }
  if (std::abs(sum - 100) > kTolerance) {
    return refuse(400, 10001, "The percentages must add up to 100.");
  }
  if (shares.size() == 2 && shares[0].version_id == shares[1].version_id) {
    return refuse(400, 10001, "A version occurs twice.");
  }
  return shares;
}

std::vector<std::string> secret_marks(const Version& version) {
  std::vector<std::string> out;
  for (const auto& binding : version.bindings) {
    if (binding.is_secret()) out.push_back(binding.name + '=' + binding.secret_digest);
  }
  return out;
}

/// Going back to a version from before a changed secret needs `?force=true`.
Try<void> check_secrets(const Worker& worker, const std::vector<Share>& shares) {
  const auto& active = worker.deployed();
  for (const auto& share : shares) {
    const auto* version = worker.find_version(share.version_id);
    if (version->number < active.number && secret_marks(*version) != secret_marks(active)) {
      return refuse(400, 10220, "Secrets have changed since this version was deployed. Use force to deploy it.");
    }
  }
  return {};
}

Try<void> check_exports(const Worker& worker, const std::vector<Share>& shares) {
  if (shares.size() < 2) return {};
  const auto exports = [&](const Share& share) {
    return setting_or(worker.find_version(share.version_id)->settings, "exports", nullptr);
  };
  if (equal(exports(shares[0]), exports(shares[1]))) return {};
  return refuse(400, 100405, "The exports of the versions differ.");
}

/// POST …/deployments
Outcome post_deployment(Call& call) {
  auto found = call.world.worker_to_change(call.params[1]);
  if (!found) return std::unexpected(found.error());
  auto& worker = **found;
  const auto body = call.json_object();
  if (!body) return std::unexpected(body.error());
  auto shares = read_shares(*body, worker);
  if (!shares) return std::unexpected(shares.error());
  auto annotations = read_annotations(*body);
  if (!annotations) return std::unexpected(annotations.error());
  if (call.query("force") != "true") {
    if (auto ok = check_secrets(worker, *shares); !ok) return std::unexpected(ok.error());
  }
  if (auto ok = check_exports(worker, *shares); !ok) return std::unexpected(ok.error());
  const bool goes_back =
      shares->size() == 1 && worker.find_version(shares->front().version_id)->number < worker.deployed().number;
  (*annotations)["workers/triggered_by"] = goes_back ? "rollback" : "deployment";
  const auto& deployment =
      deploy(call.world, worker, std::move(*shares), {call.source(), call.author()}, std::move(*annotations));
  return success(deployment_view(deployment));
}

constexpr std::array kVersionsEndpoints{
    Endpoint{"GET", "/accounts/:account/workers/scripts/:script/versions", list_versions},
    Endpoint{"GET", "/accounts/:account/workers/scripts/:script/versions/:version", get_version},
    Endpoint{"GET", "/accounts/:account/workers/scripts/:script/deployments", list_deployments},
    Endpoint{"POST", "/accounts/:account/workers/scripts/:script/deployments", post_deployment},
    Endpoint{"GET", "/accounts/:account/workers/scripts/:script/deployments/:deployment", get_deployment},
    Endpoint{"DELETE", "/accounts/:account/workers/scripts/:script/deployments/:deployment", delete_deployment},
};

}  // namespace

std::span<const Endpoint> version_endpoints() {
  return kVersionsEndpoints;
}

}  // namespace plumbline::simulator
