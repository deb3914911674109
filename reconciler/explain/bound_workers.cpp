#include "reconciler/explain/bound_workers.h"

#include <algorithm>
#include <map>

#include "reconciler/model/canonical.h"
#include "reconciler/plan/named_workers.h"

namespace plumbline::reconciler {
namespace {

constexpr std::string_view kQueueConsumers = "queue_consumers";

// Of a Worker that nobody has read the list tells some settings, but no bindings.
JsonObject settings_of(const LiveWorker& live) {
  const auto known = known_settings(live);
  return canonical_settings(known.is_known() ? *known : *live.entry);
}

std::vector<std::string> consumed_queues(const WorkerChange* change, const LiveWorker* live) {
  std::vector<std::string> queues;
  const auto* stated = change != nullptr && change->target ? &change->target->desired->queue_consumers : nullptr;
  if (stated != nullptr && *stated) {
    queues.reserve((*stated)->size());
    for (const auto& consumer : **stated) queues.push_back(consumer.queue);
    return queues;
  }
  const auto* known = live != nullptr ? known_part(*live, kQueueConsumers) : nullptr;
  if (known == nullptr || !known->is_object()) return queues;
  queues.reserve(known->get_object().size());
  for (const auto& entry : known->get_object()) queues.emplace_back(entry.key());
  return queues;
}

}  // namespace

BoundWorkers::BoundWorkers(const Plan& plan) : plan_(plan) {
  std::set<std::string_view> planned;
  for (const auto& change : plan.workers) {
    planned.insert(change.name);
    add(change.name, &change, change.live.get());
  }
  if (plan.observed == nullptr) return;
  for (const auto& [name, live] : plan.observed->workers) {
    if (!planned.contains(name)) add(name, nullptr, &live);
  }
}

void BoundWorkers::add(const std::string& name, const WorkerChange* change, const LiveWorker* live) {
  for (auto& queue : consumed_queues(change, live)) consumers_.emplace(name, std::move(queue));
  const bool has_target = change != nullptr && change->target;
  if (!has_target && live == nullptr) return;
  if (!has_target && !known_settings(*live).is_known()) ++unread_;
  const auto settings = has_target ? change->target->settings : settings_of(*live);
  for (auto& named : has_target ? named_workers(*change->target, live) : named_in_settings(settings, name)) {
    edges_.push_back({name, {named.name, {}, std::move(named.place), is_live(named.name)}});
  }
  add_queues(name, settings);
}

void BoundWorkers::add_queues(const std::string& name, const JsonObject& settings) {
  const auto* bindings = member(settings, "bindings");
  if (bindings == nullptr || !bindings->is_object()) return;
  for (const auto& entry : bindings->get_object()) {
    if (string_member(entry.value(), "type") != "queue") continue;
    edges_.push_back(
        {name, {{}, std::string(string_member(entry.value(), "queue_name")), "binding " + std::string(entry.key())}});
  }
}

bool BoundWorkers::is_live(const std::string& worker) const {
  return plan_.observed != nullptr && plan_.observed->workers.contains(worker);
}

std::vector<BoundWorker> BoundWorkers::bound_by(const std::string& worker) const {
  std::vector<BoundWorker> out;
  for (const auto& edge : edges_) {
    if (edge.from == worker) out.push_back(edge.to);
  }
  return out;
}

std::vector<BoundWorker> BoundWorkers::binding(const std::string& worker) const {
  std::vector<BoundWorker> out;
  for (const auto& edge : edges_) {
    const bool by_queue = !edge.to.queue.empty() && consumers_.contains({worker, edge.to.queue});
    if (edge.to.worker == worker || by_queue) {
      out.push_back({edge.from, edge.to.queue, edge.to.place, is_live(edge.from)});
    }
  }
  return out;
}

std::vector<std::string> BoundWorkers::consumed_by(const std::string& worker) const {
  std::vector<std::string> out;
  for (const auto& [name, queue] : consumers_) {
    if (name == worker) out.push_back(queue);
  }
  return out;
}

}  // namespace plumbline::reconciler
