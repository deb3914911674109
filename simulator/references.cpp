#include "simulator/references.h"

#include <algorithm>

namespace plumbline::simulator {

References::References(const World& world) {
  for (const auto& [name, worker] : world.account.workers) add_bindings(world, worker);
  add_domains(world);
  add_queues(world);
}

void References::add_bindings(const World& world, const Worker& from) {
  for (const auto& binding : from.deployed().bindings) {
    const auto& fields = binding.fields;
    if (binding.type == "service") {
      auto& list = by_name_[std::string(string_member(fields, "service"))];
      list.workers.push_back(JsonObject{{"id", from.tag}, {"name", from.name}});
    } else if (binding.type == "durable_object_namespace") {
      const auto owner = world.account.workers.find(string_member(fields, "script_name"));
      if (owner == world.account.workers.end() || owner->first == from.name) continue;
      const auto name = std::string(string_member(fields, "class_name"));
      const auto found = owner->second.classes.find(name);
      if (found == owner->second.classes.end()) continue;
      by_name_[owner->first].durable_objects.push_back(JsonObject{{"namespace_id", found->second.namespace_id},
                                                                  {"namespace_name", owner->first + '_' + name},
                                                                  {"worker_id", from.tag},
                                                                  {"worker_name", from.name}});
    } else if (binding.type == "dispatch_namespace") {
      const auto* outbound = member(fields, "outbound");
      const auto* worker = outbound ? member(*outbound, "worker") : nullptr;
      if (!worker) continue;
      by_name_[std::string(string_member(*worker, "service"))].outbounds.push_back(JsonObject{
          {"namespace_name", string_member(fields, "namespace")}, {"worker_id", from.tag}, {"worker_name", from.name}});
    }
  }
}

void References::add_domains(const World& world) {
  for (const auto& domain : world.account.domains) {
    const auto zone = std::ranges::find(world.account.zones, domain.zone_id, &Zone::id);
    by_name_[domain.service].domains.push_back(
        JsonObject{{"id", domain.id},
                   {"certificate_id", domain.cert_id},
                   {"hostname", domain.hostname},
                   {"zone_id", domain.zone_id},
                   {"zone_name", zone == world.account.zones.end() ? "" : zone->name}});
  }
}

void References::add_queues(const World& world) {
  const auto queues = world.account.resources.find("queues");
  if (queues == world.account.resources.end()) return;
  for (const auto& queue : queues->second) {
    const auto* consumers = member(queue, "consumers");
    if (!consumers || !consumers->is_array()) continue;
    for (const auto& consumer : consumers->get_array()) {
      by_name_[std::string(string_member(consumer, "script"))].queues.push_back(
          JsonObject{{"queue_consumer_id", string_member(consumer, "consumer_id")},
                     {"queue_id", string_member(queue, "queue_id")},
                     {"queue_name", string_member(queue, "queue_name")}});
    }
  }
}

JsonObject References::of(const Worker& worker) const {
  const auto found = by_name_.find(worker.name);
  const auto lists = found == by_name_.end() ? Lists{} : found->second;
  return {{"dispatch_namespace_outbounds", lists.outbounds},
          {"domains", lists.domains},
          {"durable_objects", lists.durable_objects},
          {"queues", lists.queues},
          {"workers", lists.workers}};
}

}  // namespace plumbline::simulator
