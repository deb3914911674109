#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "simulator/changes.h"
#include "simulator/cron.h"
#include "simulator/endpoints.h"
#include "simulator/exposure.h"

namespace plumbline::simulator {
namespace {

constexpr std::size_t kMostSchedules = 250;  // of an account, paid plan

JsonObject subdomain_view(const SubdomainState& state) {
  return {{"enabled", state.enabled}, {"previews_enabled", state.previews_enabled}};
}

JsonObject schedules_view(const Worker& worker) {
  JsonArray items;
  for (const auto& schedule : worker.schedules) {
    items.push_back(JsonObject{{"cron", schedule.cron},
                               {"created_on", timestamp(schedule.created_on)},
                               {"modified_on", timestamp(schedule.modified_on)}});
  }
  return {{"schedules", std::move(items)}};
}

std::size_t schedules_of_others(const World& world, const Worker& worker) {
  std::size_t count = 0;
  for (const auto& [name, other] : world.account.workers) {
    if (name != worker.name) count += other.schedules.size();
  }
  return count;
}

/// GET …/subdomain of a Worker
Outcome get_worker_subdomain(Call& call) {
  const auto worker = call.world.visible_worker(call.params[1]);
  if (!worker) return std::unexpected(worker.error());
  return success(subdomain_view((*worker)->subdomain));
}

/// POST …/subdomain of a Worker. Shortly after the upload the Worker may still be unknown.
Outcome post_worker_subdomain(Call& call) {
  if (auto seen = call.world.visible_worker(call.params[1]); !seen) {
    return std::unexpected(seen.error());
  }
  auto worker = call.world.worker_to_change(call.params[1]);
  if (!worker) return std::unexpected(worker.error());
  const auto body = call.json_object();
  if (!body) return std::unexpected(body.error());
  const auto state = read_subdomain(*body);
  if (!state) return std::unexpected(state.error());
  set_subdomain(call.world, **worker, *state);
  return success(subdomain_view(*state));
}

/// DELETE …/subdomain of a Worker
Outcome delete_worker_subdomain(Call& call) {
  auto worker = call.world.worker_to_change(call.params[1]);
  if (!worker) return std::unexpected(worker.error());
  set_subdomain(call.world, **worker, {});
  return success(subdomain_view({}));
}

/// GET /accounts/:account/workers/subdomain
Outcome get_account_subdomain(Call& call) {
  const auto& subdomain = call.world.account.subdomain;
  if (!subdomain) return refuse(404, 10007, "There is no subdomain associated with your account.");
  return success(JsonObject{{"subdomain", *subdomain}});
}

/// PUT /accounts/:account/workers/subdomain
Outcome put_account_subdomain(Call& call) {
  const auto body = call.json_object();
  if (!body) return std::unexpected(body.error());
  const auto wanted = string_member(*body, "subdomain");
  if (!is_name_of_2018(wanted) || wanted.find('_') != std::string_view::npos) {
    return refuse(400, 10032, "The subdomain is invalid.");
  }
  auto& subdomain = call.world.account.subdomain;
  if (subdomain && *subdomain != wanted) {
    return refuse(409, 10036, "The account already has an associated subdomain.");
  }
  subdomain = wanted;
  return success(JsonObject{{"subdomain", wanted}});
}

/// DELETE /accounts/:account/workers/subdomain
Outcome delete_account_subdomain(Call& call) {
  auto& subdomain = call.world.account.subdomain;
  if (!subdomain) return refuse(404, 10007, "There is no subdomain associated with your account.");
  subdomain.reset();
  return success(nullptr);
}

/// GET …/schedules
Outcome get_schedules(Call& call) {
  const auto worker = call.world.visible_worker(call.params[1]);
  if (!worker) return std::unexpected(worker.error());
  return success(schedules_view(**worker));
}

/// PUT …/schedules: a bare array that replaces all.
Outcome put_schedules(Call& call) {
  auto worker = call.world.worker_to_change(call.params[1]);
  if (!worker) return std::unexpected(worker.error());
  const auto body = call.json_body();
  if (!body) return std::unexpected(body.error());
  if (!body->is_array()) return refuse(400, 10001, "The body is not an array.");
  std::vector<std::string> crons;
  for (const auto& item : body->get_array()) crons.emplace_back(string_member(item, "cron"));
  if (auto set = set_schedules(call.world, **worker, crons); !set) {
    return std::unexpected(set.error());
  }
  return success(schedules_view(**worker));
}

JsonObject tail_view(const Tail& tail) {
  return {{"id", tail.id},
          {"url", "wss://tail.developers.workers.dev/" + tail.id},
          {"expires_at", timestamp(tail.expires_at)}};
}

/// POST …/tails. Nothing listens at the address.
Outcome post_tail(Call& call) {
  auto worker = call.world.worker_to_change(call.params[1]);
  if (!worker) return std::unexpected(worker.error());
  (*worker)->tails.push_back({call.world.ids.hex32(), call.world.now() + std::chrono::hours(6)});
  return success(tail_view((*worker)->tails.back()));
}

/// GET …/tails: the newest one (the schema of the API has one object here, no list).
Outcome get_tail(Call& call) {
  const auto worker = call.world.visible_worker(call.params[1]);
  if (!worker) return std::unexpected(worker.error());
  const auto& tails = (*worker)->tails;
  const bool has_one = !tails.empty() && tails.back().expires_at > call.world.now();
  return success(has_one ? Json(tail_view(tails.back())) : Json(nullptr));
}

/// DELETE …/tails/:tail
Outcome delete_tail(Call& call) {
  auto worker = call.world.worker_to_change(call.params[1]);
  if (!worker) return std::unexpected(worker.error());
  const auto removed = std::erase_if((*worker)->tails, [&](const Tail& tail) { return tail.id == call.params[2]; });
  if (removed == 0) return refuse(404, 10005, "workers.api.error.not_found");
  return success(nullptr);
}

constexpr std::array kExposureEndpoints{
    Endpoint{"GET", "/accounts/:account/workers/scripts/:script/subdomain", get_worker_subdomain},
    Endpoint{"POST", "/accounts/:account/workers/scripts/:script/subdomain", post_worker_subdomain},
    Endpoint{"DELETE", "/accounts/:account/workers/scripts/:script/subdomain", delete_worker_subdomain},
    Endpoint{"GET", "/accounts/:account/workers/services/:script/environments/production/subdomain",
             get_worker_subdomain},
    Endpoint{"POST", "/accounts/:account/workers/services/:script/environments/production/subdomain",
             post_worker_subdomain},
    Endpoint{"GET", "/accounts/:account/workers/subdomain", get_account_subdomain},
    Endpoint{"PUT", "/accounts/:account/workers/subdomain", put_account_subdomain},
    Endpoint{"DELETE", "/accounts/:account/workers/subdomain", delete_account_subdomain},
    Endpoint{"GET", "/accounts/:account/workers/scripts/:script/schedules", get_schedules},
    Endpoint{"PUT", "/accounts/:account/workers/scripts/:script/schedules", put_schedules},
    Endpoint{"POST", "/accounts/:account/workers/scripts/:script/tails", post_tail},
    Endpoint{"GET", "/accounts/:account/workers/scripts/:script/tails", get_tail},
    Endpoint{"DELETE", "/accounts/:account/workers/scripts/:script/tails/:tail", delete_tail},
};

}  // namespace

Try<SubdomainState> read_subdomain(const JsonObject& stated) {
  const auto* enabled = member(stated, "enabled");
  if (!enabled || !enabled->is_bool()) return refuse(400, 10001, "`enabled` is required.");
  const auto* previews = member(stated, "previews_enabled");
  const bool has_previews = previews && previews->is_bool();
  // If left out, previews follow the subdomain (workers-sdk, pull request 10939).
  return SubdomainState{enabled->get_bool(), has_previews ? previews->get_bool() : enabled->get_bool()};
}

void set_subdomain(const World& world, Worker& worker, SubdomainState state) {
  worker.subdomain = state;
  if (world.semantics().subdomain_bumps) touch(world, worker);
}

Try<void> set_schedules(const World& world, Worker& worker, const std::vector<std::string>& crons) {
  if (schedules_of_others(world, worker) + crons.size() > kMostSchedules) {
    return refuse(400, 10001, "An account has at most 250 schedules.");
  }
  std::vector<Schedule> schedules;
  for (const auto& cron : crons) {
    if (!is_cron(cron)) {
      return refuse(400, 10100, fmt::format("invalid cron string: \"{}\" is not a cron expression.", printable(cron)));
    }
    const auto before = std::ranges::find(worker.schedules, cron, &Schedule::cron);
    const auto created = before == worker.schedules.end() ? world.now() : before->created_on;
    schedules.push_back({cron, created, world.now()});
  }
  worker.schedules = std::move(schedules);
  return {};
}

std::span<const Endpoint> exposure_endpoints() {
  return kExposureEndpoints;
}

}  // namespace plumbline::simulator
