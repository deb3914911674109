#include "simulator/snapshot.h"

#include "base/digest.h"
#include "simulator/base64.h"
#include "simulator/worker_views.h"

namespace plumbline::simulator {
namespace {

JsonObject dump_binding(const Binding& binding) {
  JsonObject out{{"name", binding.name}, {"type", binding.type}};
  if (!binding.fields.empty()) out["fields"] = binding.fields;
  if (binding.is_secret()) out["sha256"] = binding.secret_digest;
  return out;
}

JsonArray dump_bindings(const std::vector<Binding>& bindings) {
  JsonArray out;
  for (const auto& binding : bindings) out.push_back(dump_binding(binding));
  return out;
}

JsonObject dump_version(const Version& version) {
  JsonObject out{{"id", version.id},
                 {"number", version.number},
                 {"created_on", timestamp(version.created_on)},
                 {"source", version.source},
                 {"annotations", version.annotations},
                 {"bindings", dump_bindings(version.bindings)},
                 {"settings", version.settings},
                 {"migration_tag", version.migration_tag},
                 {"code", version.code ? Json(version.code->etag) : Json(nullptr)},
                 {"assets", nullptr}};
  if (version.assets) {
    out["assets"] = JsonObject{{"manifest", version.assets->manifest}, {"config", version.assets->config}};
  }
  return out;
}

JsonObject dump_deployment(const Deployment& deployment) {
  auto out = deployment_view(deployment);
  out.erase("strategy");
  return out;
}

JsonArray secrets_of(const Worker& worker) {
  JsonArray out;
  for (const auto& binding : worker.latest().bindings) {
    if (!binding.is_secret()) continue;
    out.push_back(JsonObject{{"name", binding.name}, {"type", binding.type}, {"sha256", binding.secret_digest}});
  }
  return out;
}

JsonArray dump_schedules(const Worker& worker) {
  JsonArray out;
  for (const auto& schedule : worker.schedules) {
    out.push_back(JsonObject{{"cron", schedule.cron},
                             {"created_on", timestamp(schedule.created_on)},
                             {"modified_on", timestamp(schedule.modified_on)}});
  }
  return out;
}

JsonObject dump_classes(const Worker& worker) {
  JsonObject out;
  for (const auto& [name, entry] : worker.classes) {
    out[name] = JsonObject{{"namespace_id", entry.namespace_id}, {"use_sqlite", entry.use_sqlite}};
  }
  return out;
}

JsonArray dump_previews(const Worker& worker) {
  JsonArray out;
  for (const auto& preview : worker.previews) {
    JsonArray deployments;
    for (const auto& deployment : preview.deployments) deployments.push_back(dump_version(*deployment));
    out.push_back(JsonObject{{"id", preview.id},
                             {"name", preview.name},
                             {"slug", preview.slug},
                             {"created_on", timestamp(preview.created_on)},
                             {"settings", preview.settings},
                             {"deployments", std::move(deployments)}});
  }
  return out;
}

JsonObject dump_worker(const Worker& worker) {
  JsonArray versions;
  for (const auto& version : worker.versions) versions.push_back(dump_version(*version));
  JsonArray deployments;
  for (const auto& d : worker.deployments) deployments.push_back(dump_deployment(d));
  return {{"tag", worker.tag},
          {"created_on", timestamp(worker.created_on)},
          {"modified_on", timestamp(worker.modified_on)},
          {"last_deployed_from", worker.last_deployed_from},
          {"settings", worker.settings},
          {"migration_tag", worker.migration_tag},
          {"classes", dump_classes(worker)},
          {"subdomain",
           JsonObject{{"enabled", worker.subdomain.enabled}, {"previews_enabled", worker.subdomain.previews_enabled}}},
          {"schedules", dump_schedules(worker)},
          {"secrets", secrets_of(worker)},
          {"previews", dump_previews(worker)},
          {"next_version", worker.next_version},
          {"versions", std::move(versions)},
          {"deployments", std::move(deployments)}};
}

JsonObject dump_code(const Code& code, Detail detail) {
  JsonArray modules;
  for (const auto& module : code.modules) {
    JsonObject item{{"name", module.name},
                    {"content_type", module.content_type},
                    {"size", module.bytes.size()},
                    {"sha256", sha256_hex(module.bytes)}};
    if (detail == Detail::everything) item["base64"] = to_base64(module.bytes);
    modules.push_back(std::move(item));
  }
  return {{"syntax", code.syntax == Syntax::module ? "module" : "service_worker"},
          {"main", code.main},
          {"modules", std::move(modules)}};
}

void add_code(JsonObject& codes, const Version& version, Detail detail) {
  if (!version.code || codes.contains(version.code->etag)) return;
  codes[version.code->etag] = dump_code(*version.code, detail);
}

/// All code, by etag, because versions share it.
JsonObject dump_codes(const Account& account, Detail detail) {
  JsonObject out;
  for (const auto* workers : {&account.workers, &account.dispatched}) {
    for (const auto& [key, worker] : *workers) {
      for (const auto& version : worker.versions) add_code(out, *version, detail);
      for (const auto& preview : worker.previews) {
        for (const auto& deployment : preview.deployments) add_code(out, *deployment, detail);
      }
    }
  }
  return out;
}

JsonObject dump_zone(const Zone& zone) {
  JsonArray routes;
  for (const auto& route : zone.routes) {
    routes.push_back(JsonObject{{"id", route.id}, {"pattern", route.pattern}, {"script", route.script}});
  }
  JsonObject out{{"id", zone.id}, {"name", zone.name}, {"routes", std::move(routes)}, {"legacy_script", nullptr}};
  if (zone.legacy_script) {
    out["legacy_script"] = JsonObject{{"bytes", to_base64(zone.legacy_script->bytes)},
                                      {"etag", zone.legacy_script->etag},
                                      {"modified_on", timestamp(zone.legacy_script->modified_on)},
                                      {"bindings", dump_bindings(zone.legacy_script->bindings)}};
  }
  return out;
}

JsonObject dump_domain(const Domain& domain) {
  JsonObject out{{"id", domain.id},
                 {"hostname", domain.hostname},
                 {"service", domain.service},
                 {"zone_id", domain.zone_id},
                 {"cert_id", domain.cert_id}};
  if (domain.enabled) out["enabled"] = *domain.enabled;
  if (domain.previews_enabled) out["previews_enabled"] = *domain.previews_enabled;
  return out;
}

}  // namespace

JsonObject dump(const World& world, Detail detail) {
  const auto& account = world.account;
  JsonObject workers;
  for (const auto& [name, worker] : account.workers) workers[name] = dump_worker(worker);
  JsonObject dispatched;
  for (const auto& [key, worker] : account.dispatched) dispatched[key] = dump_worker(worker);
  JsonArray zones;
  for (const auto& zone : account.zones) zones.push_back(dump_zone(zone));
  JsonArray domains;
  for (const auto& domain : account.domains) domains.push_back(dump_domain(domain));
  JsonObject resources;
  for (const auto& [path, items] : account.resources) {
    JsonArray list;
    for (const auto& item : items) list.push_back(item);
    resources[path] = std::move(list);
  }
  JsonArray records;
  for (const auto& record : account.dns_records) records.emplace_back(record);
  JsonArray hashes;
  for (const auto& hash : account.asset_hashes) hashes.emplace_back(hash);
  return {{"account_id", world.options.account_id},
          {"subdomain", account.subdomain ? Json(*account.subdomain) : Json(nullptr)},
          {"account_settings", account.settings},
          {"dns_records", std::move(records)},
          {"zones", std::move(zones)},
          {"domains", std::move(domains)},
          {"resources", std::move(resources)},
          {"asset_hashes", std::move(hashes)},
          {"code", dump_codes(account, detail)},
          {"workers", std::move(workers)},
          {"dispatched", std::move(dispatched)}};
}

}  // namespace plumbline::simulator
