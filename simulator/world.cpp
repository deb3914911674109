#include "simulator/world.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace plumbline::simulator {

std::unexpected<Refusal> no_such_worker() {
  return refuse(404, 10007, "This Worker does not exist on your account.");
}

std::unexpected<Refusal> no_such_path(std::string_view path) {
  auto message = fmt::format("Could not route to {}, perhaps your object identifier is invalid?", printable(path));
  return std::unexpected(Refusal{404, {{7003, std::move(message)}, {7000, "No route for that URI"}}});
}

World::World(Options chosen, Clock clock, std::uint64_t seed)
    : options(std::move(chosen)), ids(seed), clock_(std::move(clock)) {
  reset();
}

Instant World::now() const {
  return std::chrono::floor<std::chrono::microseconds>(clock_());
}

void World::reset() {
  replace(Account());
  pasts_.clear();
  for (const auto& spec : options.zones) account.zones.push_back({.id = spec.id, .name = spec.name});
}

Try<Worker*> World::worker_to_change(std::string_view name) {
  const auto found = account.workers.find(name);
  if (found == account.workers.end()) return no_such_worker();
  before_change(name);
  return &found->second;
}

std::string World::name_of_worker(std::string_view name_or_id) const {
  for (const auto& [name, worker] : account.workers) {
    if (worker.tag == name_or_id) return name;
  }
  return std::string(name_or_id);
}

void World::replace(Account other) {
  account = std::move(other);
  bound_.reset();
}

bool World::may_be_bound(std::string_view name) {
  if (!bound_) {
    bound_.emplace();
    for (const auto& [binder, worker] : account.workers) {
      for (const auto& binding : worker.deployed().bindings) {
        for (const auto* field : {"service", "script_name"}) bound_->emplace(string_member(binding.fields, field));
      }
    }
  }
  return bound_->contains(name);
}

void World::before_removal(std::string_view name) {
  auto bound = std::exchange(bound_, std::nullopt);
  before_change(name);
  bound_ = std::move(bound);
}

void World::before_change(std::string_view name) {
  bound_.reset();
  const auto found = account.workers.find(name);
  if (semantics().read_lag.count() > 0) {
    auto& pasts = pasts_[std::string(name)];
    while (!pasts.empty() && pasts.front().replaced <= now() - semantics().read_lag) {
      pasts.pop_front();
    }
    auto before = found == account.workers.end() ? nullptr : std::make_shared<const Worker>(found->second);
    pasts.push_back({now(), std::move(before)});
  }
  if (found != account.workers.end()) found->second.list_item.clear();
}

const World::Past* World::past_of(std::string_view name) const {
  const auto found = pasts_.find(name);
  if (found == pasts_.end()) return nullptr;
  const auto seen = now() - semantics().read_lag;
  const auto past = std::ranges::find_if(found->second, [&](const Past& entry) { return entry.replaced > seen; });
  return past == found->second.end() ? nullptr : &*past;
}

Try<const Worker*> World::visible_worker(std::string_view name) const {
  if (const auto* past = past_of(name)) {
    if (!past->worker) return no_such_worker();
    return past->worker.get();
  }
  const auto found = account.workers.find(name);
  if (found == account.workers.end()) return no_such_worker();
  return &found->second;
}

std::vector<const Worker*> World::visible_workers() const {
  std::vector<const Worker*> out;
  out.reserve(account.workers.size());
  for (const auto& [name, worker] : account.workers) {
    const auto* past = pasts_.empty() ? nullptr : past_of(name);
    const auto* seen = past ? past->worker.get() : &worker;
    if (seen) out.push_back(seen);
  }
  for (const auto& [name, entries] : pasts_) {  // Workers that were deleted within the lag
    const auto* past = account.workers.contains(name) ? nullptr : past_of(name);
    if (past && past->worker) out.push_back(past->worker.get());
  }
  if (!pasts_.empty()) std::ranges::sort(out, {}, [](const Worker* w) -> auto& { return w->name; });
  return out;
}

Try<Zone*> World::zone(std::string_view id) {
  const auto found = std::ranges::find(account.zones, id, &Zone::id);
  if (found == account.zones.end()) return no_such_path(fmt::format("/zones/{}", id));
  return &*found;
}

void World::forget_list_items() {
  for (auto& [name, worker] : account.workers) worker.list_item.clear();
  if (semantics().read_lag.count() == 0) pasts_.clear();
}

}  // namespace plumbline::simulator
