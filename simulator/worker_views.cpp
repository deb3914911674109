#include "simulator/worker_views.h"

#include <algorithm>
#include <cmath>

#include "base/digest.h"
#include "simulator/base64.h"
#include "simulator/bindings.h"
#include "simulator/multipart.h"
#include "simulator/settings.h"

namespace plumbline::simulator {
namespace {

constexpr std::string_view kAuthorId = "7c5dae5552338874e5053f2534d2767a";

JsonArray texts(const std::vector<std::string>& items) {
  JsonArray out;
  for (const auto& item : items) out.emplace_back(item);
  return out;
}

JsonArray handlers_view(const Version& version) {
  return version.code ? texts(version.code->handlers) : JsonArray();
}

JsonArray named_handlers_view(const Version& version) {
  JsonArray out;
  if (!version.code) return out;
  for (const auto& name : version.code->named_exports) {
    out.push_back(JsonObject{{"name", name}, {"handlers", JsonArray{"class"}}});
  }
  return out;
}

bool has_modules(const Version& version) {
  return version.code && version.code->syntax == Syntax::module;
}

std::string without_dashes(std::string id) {
  std::erase(id, '-');
  return id;
}

/// The observability in the answer to an upload: what was sent, with nulls for the rest.
Json echoed_observability(const JsonObject& settings) {
  const auto* stated = member(settings, "observability");
  if (!stated || !stated->is_object()) return nullptr;
  auto out = stated->get_object();
  for (const std::string_view key : {"head_sampling_rate", "logs", "traces"}) {
    if (!out.contains(key)) out[key] = nullptr;
  }
  return out;
}

JsonObject script_part(const Worker& worker, const Version& version) {
  return {{"etag", etag_of(version)},
          {"handlers", handlers_view(version)},
          {"named_handlers", named_handlers_view(version)},
          {"last_deployed_from", version.source.empty() ? worker.last_deployed_from : version.source}};
}

JsonObject runtime_part(const Version& version) {
  JsonObject out{{"compatibility_date", compatibility_date(version.settings)},
                 {"compatibility_flags", flags_view(version.settings)},
                 {"usage_model", setting_or(version.settings, "usage_model", "standard")}};
  for (const std::string_view key : {"limits", "exports", "placement", "cache_options"}) {
    if (const auto* value = member(version.settings, key)) out[key] = *value;
  }
  if (!version.migration_tag.empty()) out["migration_tag"] = version.migration_tag;
  return out;
}

JsonObject version_metadata(const Version& version) {
  const bool has_preview = version.code != nullptr;
  return {{"author_id", kAuthorId},
          {"author_email", "user@example.com"},
          {"created_on", timestamp(version.created_on)},
          {"modified_on", timestamp(version.created_on)},
          {"source", version.source},
          {"hasPreview", has_preview},
          {"has_preview", has_preview}};
}

/// The addresses at which a version can be seen before it is deployed.
JsonArray urls_of(const World& world, const Worker& worker, const Version& version) {
  if (!version.code || !worker.subdomain.previews_enabled || !world.account.subdomain) return {};
  constexpr std::size_t kPrefix = 8;
  return {"https://" + version.id.substr(0, kPrefix) + '-' + worker.name + '.' + *world.account.subdomain +
          ".workers.dev"};
}

/// Whole numbers are shown without an exponent: 100, not 1E2.
Json percentage_view(const Share& share) {
  const bool is_whole = std::trunc(share.percentage) == share.percentage;
  return is_whole ? Json(static_cast<std::int64_t>(share.percentage)) : Json(share.percentage);
}

/// The members of an answer that tell the placement; the last two are those of an older schema.
void add_placement(JsonObject& out, const Version& version) {
  const auto placement = placement_view(version);
  out["placement"] = placement;
  for (const std::string_view key : {"mode", "status"}) {
    const auto value = string_member(placement, key);
    if (!value.empty()) out["placement_" + std::string(key)] = value;
  }
}

/// `routes` of an item of the list: the schema has them, recorded answers show null.
Json listed_routes(const World& world, const Worker& worker) {
  if (!world.semantics().list_routes_filled) return nullptr;
  JsonArray out;
  for (const auto& zone : world.account.zones) {
    for (const auto& route : zone.routes) {
      if (route.script != worker.name) continue;
      out.push_back(JsonObject{{"id", route.id}, {"pattern", route.pattern}, {"script", route.script}});
    }
  }
  return out;
}

/// Lists show null where there is nothing; other reads show [].
Json null_if_empty(const JsonObject& settings, std::string_view key) {
  const auto* found = member(settings, key);
  if (!found || (found->is_array() && found->get_array().empty())) return nullptr;
  return *found;
}

}  // namespace

std::string etag_of(const Version& version) {
  return version.code ? version.code->etag : sha256_hex("no code");
}

int startup_time_of(const Version& version) {
  if (!version.code) return 0;
  std::size_t bytes = 0;
  for (const auto& module : version.code->modules) bytes += module.bytes.size();
  return 1 + static_cast<int>(std::min<std::size_t>(bytes / 100'000, 400));
}

const std::string& list_item(const World& world, const Worker& worker) {
  // Routes are no part of the Worker, so an item that shows them is made anew.
  if (!worker.list_item.empty() && !world.semantics().list_routes_filled) return worker.list_item;
  const auto& latest = worker.latest();
  const auto& shown = world.semantics().list_etag_deployed ? worker.deployed() : latest;
  JsonObject item{{"id", worker.name},
                  {"tag", worker.tag},
                  {"tags", null_if_empty(worker.settings, "tags")},
                  {"etag", etag_of(shown)},
                  {"handlers", handlers_view(shown)},
                  {"named_handlers", named_handlers_view(shown)},
                  {"created_on", timestamp(worker.created_on)},
                  {"modified_on", timestamp(worker.modified_on)},
                  {"usage_model", setting_or(shown.settings, "usage_model", "standard")},
                  {"compatibility_date", compatibility_date(shown.settings)},
                  {"compatibility_flags", flags_view(shown.settings)},
                  {"last_deployed_from", worker.last_deployed_from},
                  {"deployment_id", ""},
                  {"has_assets", shown.assets != nullptr},
                  {"has_modules", has_modules(shown)},
                  {"logpush", setting_or(worker.settings, "logpush", false)},
                  {"tail_consumers", null_if_empty(worker.settings, "tail_consumers")},
                  {"observability", expanded_observability(worker.settings)},
                  {"routes", listed_routes(world, worker)}};
  add_placement(item, shown);
  if (!worker.migration_tag.empty()) item["migration_tag"] = worker.migration_tag;
  for (const std::string_view key : {"cache_options", "exports"}) {
    if (const auto* value = member(shown.settings, key)) item[key] = *value;
  }
  worker.list_item = to_text(item);
  return worker.list_item;
}

Answer code_answer(const Version& version) {
  Answer answer;
  if (!version.code) {
    answer.status = 204;
    answer.content_type.clear();
    return answer;
  }
  const auto& code = *version.code;
  answer.headers.set("etag", code.etag);
  if (code.syntax == Syntax::service_worker) {
    const auto main = std::ranges::find(code.modules, code.main, &Module::name);
    answer.content_type = "application/javascript";
    answer.body = main->bytes;
    return answer;
  }
  std::vector<PartToWrite> parts;
  parts.reserve(code.modules.size());
  for (const auto& module : code.modules) {
    parts.push_back({module.name, module.name, module.content_type, module.bytes});
  }
  const auto boundary = "----formdata-" + code.etag.substr(0, 24);
  answer.content_type = "multipart/form-data; boundary=" + boundary;
  answer.headers.set("cf-entrypoint", code.main);
  answer.body = write_multipart(parts, boundary);
  return answer;
}

JsonObject upload_view(const Worker& worker, const Version& version) {
  JsonObject out{{"id", worker.name},
                 {"tag", worker.tag},
                 {"tags", null_if_empty(worker.settings, "tags")},
                 {"etag", etag_of(version)},
                 {"entry_point", version.code ? version.code->main : ""},
                 {"created_on", timestamp(worker.created_on)},
                 {"modified_on", timestamp(worker.modified_on)},
                 {"deployment_id", without_dashes(version.id)},
                 {"handlers", handlers_view(version)},
                 {"named_handlers", named_handlers_view(version)},
                 {"has_assets", version.assets != nullptr},
                 {"has_modules", has_modules(version)},
                 {"last_deployed_from", worker.last_deployed_from},
                 {"compatibility_date", compatibility_date(version.settings)},
                 {"compatibility_flags", flags_view(version.settings)},
                 {"usage_model", setting_or(version.settings, "usage_model", "standard")},
                 {"logpush", setting_or(worker.settings, "logpush", false)},
                 {"observability", echoed_observability(worker.settings)},
                 {"tail_consumers", null_if_empty(worker.settings, "tail_consumers")},
                 {"startup_time_ms", startup_time_of(version)}};
  add_placement(out, version);
  if (!worker.migration_tag.empty()) out["migration_tag"] = worker.migration_tag;
  return out;
}

JsonObject version_view(const World& world, const Worker& worker, const Version& version) {
  return {{"id", version.id},
          {"number", version.number},
          {"metadata", version_metadata(version)},
          {"annotations", version.annotations},
          {"resources", JsonObject{{"bindings", view_of(world, worker.name, version.bindings)},
                                   {"script", script_part(worker, version)},
                                   {"script_runtime", runtime_part(version)}}}};
}

JsonObject beta_version_view(const World& world, const Worker& worker, const Version& version) {
  JsonObject out{{"id", version.id},
                 {"number", version.number},
                 {"created_on", timestamp(version.created_on)},
                 {"author_id", kAuthorId},
                 {"author_email", "user@example.com"},
                 {"source", version.source},
                 {"annotations", version.annotations},
                 {"urls", urls_of(world, worker, version)},
                 {"bindings", view_of(world, worker.name, version.bindings)},
                 {"compatibility_date", compatibility_date(version.settings)},
                 {"compatibility_flags", flags_view(version.settings)},
                 {"usage_model", setting_or(version.settings, "usage_model", "standard")},
                 {"startup_time_ms", startup_time_of(version)}};
  for (const std::string_view key :
       {"cache_options", "containers", "exports", "limits", "package_dependencies", "placement"}) {
    if (const auto* value = member(version.settings, key)) out[key] = *value;
  }
  if (version.assets) out["assets"] = JsonObject{{"config", version.assets->config}};
  if (has_modules(version)) out["main_module"] = version.code->main;
  if (!version.migration_tag.empty()) out["migration_tag"] = version.migration_tag;
  return out;
}

JsonArray beta_modules_view(const Version& version) {
  JsonArray out;
  if (!version.code) return out;
  for (const auto& module : version.code->modules) {
    out.push_back(JsonObject{
        {"name", module.name}, {"content_type", module.content_type}, {"content_base64", to_base64(module.bytes)}});
  }
  return out;
}

JsonObject version_item(const Version& version) {
  return {{"id", version.id},
          {"number", version.number},
          {"metadata", version_metadata(version)},
          {"annotations", version.annotations}};
}

JsonObject deployment_view(const Deployment& deployment) {
  JsonArray versions;
  for (const auto& share : deployment.shares) {
    versions.push_back(JsonObject{{"version_id", share.version_id}, {"percentage", percentage_view(share)}});
  }
  return {{"id", deployment.id},
          {"source", deployment.source},
          {"strategy", "percentage"},
          {"author_email", deployment.author_email},
          {"created_on", timestamp(deployment.created_on)},
          {"annotations", deployment.annotations},
          {"versions", std::move(versions)}};
}

}  // namespace plumbline::simulator
