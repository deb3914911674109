#include "simulator/changes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "base/text.h"

namespace plumbline::simulator {
namespace {

// The API shows about 100 versions; versions beyond this number are dropped to bound the memory.
constexpr std::size_t kVersionsKept = 500;
constexpr std::size_t kDeploymentsKept = 500;

constexpr std::size_t kLongestName = 63;

bool is_alphanumeric(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0;
}

bool is_name_of_today(std::string_view name) {
  constexpr std::string_view kCharacters = "abcdefghijklmnopqrstuvwxyz0123456789_-";
  return !name.empty() && name.size() <= kLongestName && !name.starts_with('-') &&
         name.find_first_not_of(kCharacters) == std::string_view::npos;
}

void forget_old(Worker& worker) {
  auto& deployments = worker.deployments;
  if (deployments.size() > kDeploymentsKept) deployments.erase(deployments.begin());
  if (worker.versions.size() <= kVersionsKept) return;
  const auto is_live = [&](const std::string& id) {
    return std::ranges::any_of(deployments.back().shares, [&](const Share& share) { return share.version_id == id; });
  };
  const auto oldest = std::ranges::find_if(worker.versions, [&](const auto& v) { return !is_live(v->id); });
  if (oldest != worker.versions.end()) worker.versions.erase(oldest);
}

bool binds_to(const Binding& binding, std::string_view type, std::string_view field, std::string_view worker) {
  return binding.type == type && string_member(binding.fields, field) == worker;
}

bool any_binding(const World& world, const Worker& except, std::string_view type, std::string_view field) {
  return std::ranges::any_of(world.account.workers, [&](const auto& entry) {
    const auto& [name, other] = entry;
    if (name == except.name) return false;
    return std::ranges::any_of(other.deployed().bindings,
                               [&](const Binding& binding) { return binds_to(binding, type, field, except.name); });
  });
}

bool consumes_queue(const World& world, std::string_view worker) {
  const auto queues = world.account.resources.find("queues");
  if (queues == world.account.resources.end()) return false;
  return std::ranges::any_of(queues->second, [&](const JsonObject& queue) {
    const auto* consumers = member(queue, "consumers");
    return consumers && consumers->is_array() && std::ranges::any_of(consumers->get_array(), [&](const Json& consumer) {
             return string_member(consumer, "script") == worker;
           });
  });
}

}  // namespace

bool is_name_of_2018(std::string_view name) {
  const bool characters = std::ranges::all_of(name, [](char c) { return is_alphanumeric(c) || c == '-' || c == '_'; });
  return characters && !name.empty() && name.size() <= kLongestName &&
         std::isalpha(static_cast<unsigned char>(name.front())) != 0 && is_alphanumeric(name.back());
}

Try<void> check_name(const World& world, std::string_view name) {
  if (world.semantics().names_today ? is_name_of_today(name) : is_name_of_2018(name)) return {};
  return refuse(400, 10016, "workers.api.error.invalid_script_name");
}

Worker make_worker(World& world, std::string_view name) {
  Worker worker;
  worker.name = name;
  worker.tag = world.ids.hex32();
  worker.created_on = world.now();
  worker.modified_on = worker.created_on - std::chrono::microseconds(1);
  return worker;
}

void touch(const World& world, Worker& worker) {
  worker.modified_on = std::max(world.now(), worker.modified_on + std::chrono::microseconds(1));
}

Version next_version(const Worker& worker) {
  auto version = worker.latest();
  version.annotations.clear();
  return version;
}

const Version& add_version(World& world, Worker& worker, Version version, const Actor& actor,
                           std::string_view triggered_by, Rollout rollout, Bump bump) {
  version.id = world.ids.uuid();
  version.number = worker.next_version++;
  version.created_on = world.now();
  version.source = actor.source;
  version.annotations["workers/triggered_by"] = triggered_by;
  version.migration_tag = worker.migration_tag;
  std::ranges::sort(version.bindings, {}, &Binding::name);
  worker.versions.push_back(std::make_shared<const Version>(std::move(version)));
  worker.last_deployed_from = actor.source;
  if (bump == Bump::yes) touch(world, worker);
  const auto& added = worker.latest();
  if (rollout == Rollout::deploy) {
    JsonObject annotations{{"workers/triggered_by", triggered_by}};
    if (triggered_by == "upload") {
      annotations["workers/message"] = "Automatic deployment on upload.";
    }
    worker.deployments.push_back(
        {world.ids.uuid(), world.now(), actor.source, actor.author, std::move(annotations), {Share{added.id, 100}}});
  }
  forget_old(worker);
  return added;
}

const Deployment& deploy(World& world, Worker& worker, std::vector<Share> shares, const Actor& actor,
                         JsonObject annotations) {
  worker.deployments.push_back(
      {world.ids.uuid(), world.now(), actor.source, actor.author, std::move(annotations), std::move(shares)});
  worker.last_deployed_from = actor.source;
  touch(world, worker);
  forget_old(worker);
  return worker.deployments.back();
}

Try<void> check_removable(World& world, const Worker& worker, bool force) {
  const bool may_be_bound = world.may_be_bound(worker.name);
  if (may_be_bound && any_binding(world, worker, "durable_object_namespace", "script_name")) {
    return refuse(400, 10064, fmt::format("Cannot delete {}: other Workers bind to its Durable Objects.", worker.name));
  }
  if (consumes_queue(world, worker.name)) {
    return refuse(400, 10064, fmt::format("Cannot delete {}: it consumes a queue.", worker.name));
  }
  if (may_be_bound && !force && any_binding(world, worker, "service", "service")) {
    return refuse(400, 10142, fmt::format("Cannot delete {}: other Workers have service bindings to it.", worker.name));
  }
  return {};
}

void remove_worker(World& world, const std::string& name) {
  world.before_removal(name);
  world.account.workers.erase(name);
  for (auto& zone : world.account.zones) {
    std::erase_if(zone.routes, [&](const ZoneRoute& route) { return route.script == name; });
  }
  std::erase_if(world.account.domains, [&](const Domain& d) { return d.service == name; });
}

void take_classes(World& world, Worker& worker, Classes classes) {
  for (const auto& [owner, name] : classes.taken) {
    const auto found = world.account.workers.find(owner);
    if (found == world.account.workers.end() || owner == worker.name) continue;
    world.before_change(owner);
    found->second.classes.erase(name);
  }
  for (auto& given : classes.given) {
    const auto taker = world.account.workers.find(given.worker);
    if (taker == world.account.workers.end()) continue;
    world.before_change(given.worker);
    taker->second.classes[given.name] = std::move(given.data);
  }
  worker.migration_tag = std::move(classes.tag);
  worker.classes = std::move(classes.by_name);
}

}  // namespace plumbline::simulator
