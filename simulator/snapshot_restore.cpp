#include <fmt/format.h>

#include <map>

#include "base/text.h"
#include "simulator/base64.h"
#include "simulator/code.h"
#include "simulator/settings.h"
#include "simulator/snapshot.h"

namespace plumbline::simulator {
namespace {

using Codes = std::map<std::string, std::shared_ptr<const Code>, std::less<>>;

const JsonArray& array_of(const Json& value, std::string_view key) {
  static const JsonArray none;
  const auto* found = member(value, key);
  return found && found->is_array() ? found->get_array() : none;
}

const JsonObject& object_of(const Json& value, std::string_view key) {
  static const JsonObject none;
  const auto* found = member(value, key);
  return found && found->is_object() ? found->get_object() : none;
}

std::string text_of(const Json& value, std::string_view key) {
  return std::string(string_member(value, key));
}

std::uint64_t number_of(const Json& value, std::string_view key) {
  const auto* found = member(value, key);
  boost::system::error_code error;
  const auto number = found ? found->to_number<std::uint64_t>(error) : 0;
  return error ? 0 : number;
}

Instant time_of(const Json& value, std::string_view key) {
  return parse_instant(string_member(value, key)).value_or(Instant());
}

std::vector<std::string> texts_of(const Json& value, std::string_view key) {
  std::vector<std::string> out;
  for (const auto& item : array_of(value, key)) {
    if (item.is_string()) out.emplace_back(view(item.get_string()));
  }
  return out;
}

Result<std::shared_ptr<const Code>> restore_code(const Json& stated) {
  std::vector<Module> modules;
  for (const auto& item : array_of(stated, "modules")) {
    auto bytes = from_base64(string_member(item, "base64"));
    if (!bytes) return fail("the bytes of a module are not base64");
    modules.push_back({text_of(item, "name"), text_of(item, "content_type"), std::move(*bytes)});
  }
  const auto syntax = string_member(stated, "syntax") == "service_worker" ? Syntax::service_worker : Syntax::module;
  auto code = make_code(syntax, string_member(stated, "main"), std::move(modules));
  if (!code) return fail(code.error().errors.front().message);
  return std::move(*code);
}

Binding restore_binding(const Json& stated) {
  return {text_of(stated, "name"), text_of(stated, "type"), object_of(stated, "fields"), text_of(stated, "sha256")};
}

std::vector<Binding> restore_bindings(const Json& holder) {
  std::vector<Binding> out;
  for (const auto& item : array_of(holder, "bindings")) out.push_back(restore_binding(item));
  return out;
}

Result<Version> restore_version(const Json& stated, const Codes& codes) {
  Version version{.id = text_of(stated, "id"),
                  .number = number_of(stated, "number"),
                  .created_on = time_of(stated, "created_on"),
                  .source = text_of(stated, "source"),
                  .annotations = object_of(stated, "annotations")};
  version.settings = object_of(stated, "settings");
  version.migration_tag = text_of(stated, "migration_tag");
  if (auto valid = check_settings(version.settings); !valid) return fail(valid.error().errors.front().message);
  version.bindings = restore_bindings(stated);
  const auto etag = string_member(stated, "code");
  if (!etag.empty()) {
    const auto code = codes.find(etag);
    if (code == codes.end()) return fail("a version has code that is not there");
    version.code = code->second;
  }
  if (const auto* assets = member(stated, "assets"); assets && assets->is_object()) {
    version.assets =
        std::make_shared<const Assets>(Assets{object_of(*assets, "manifest"), object_of(*assets, "config")});
  }
  return version;
}

Deployment restore_deployment(const Json& stated) {
  Deployment deployment{.id = text_of(stated, "id"),
                        .created_on = time_of(stated, "created_on"),
                        .source = text_of(stated, "source"),
                        .author_email = text_of(stated, "author_email"),
                        .annotations = object_of(stated, "annotations"),
                        .shares = {}};
  for (const auto& item : array_of(stated, "versions")) {
    const auto* percentage = member(item, "percentage");
    const bool is_number = percentage && percentage->is_number();
    deployment.shares.push_back({text_of(item, "version_id"), is_number ? percentage->to_number<double>() : 100});
  }
  return deployment;
}

void restore_details(Worker& worker, const Json& stated) {
  for (const auto& [name, entry] : object_of(stated, "classes")) {
    worker.classes[std::string(name)] = {text_of(entry, "namespace_id"),
                                         bool_member(entry, "use_sqlite").value_or(false)};
  }
  for (const auto& item : array_of(stated, "schedules")) {
    worker.schedules.push_back({text_of(item, "cron"), time_of(item, "created_on"), time_of(item, "modified_on")});
  }
  if (const auto* subdomain = member(stated, "subdomain")) {
    worker.subdomain = {bool_member(*subdomain, "enabled").value_or(false),
                        bool_member(*subdomain, "previews_enabled").value_or(false)};
  }
}

Result<Preview> restore_preview(const Json& stated, const Codes& codes) {
  Preview preview{.id = text_of(stated, "id"),
                  .name = text_of(stated, "name"),
                  .slug = text_of(stated, "slug"),
                  .created_on = time_of(stated, "created_on"),
                  .settings = object_of(stated, "settings"),
                  .deployments = {}};
  for (const auto& item : array_of(stated, "deployments")) {
    auto deployment = restore_version(item, codes);
    if (!deployment) return std::unexpected(deployment.error());
    preview.deployments.push_back(std::make_shared<const Version>(std::move(*deployment)));
  }
  return preview;
}

Result<Worker> restore_worker(std::string_view name, const Json& stated, const Codes& codes) {
  Worker worker;
  worker.name = name;
  worker.tag = text_of(stated, "tag");
  worker.created_on = time_of(stated, "created_on");
  worker.modified_on = time_of(stated, "modified_on");
  worker.last_deployed_from = text_of(stated, "last_deployed_from");
  worker.settings = object_of(stated, "settings");
  worker.migration_tag = text_of(stated, "migration_tag");
  worker.next_version = number_of(stated, "next_version");
  for (const auto& item : array_of(stated, "versions")) {
    auto version = restore_version(item, codes);
    if (!version) return std::unexpected(version.error());
    worker.versions.push_back(std::make_shared<const Version>(std::move(*version)));
  }
  for (const auto& item : array_of(stated, "deployments")) {
    worker.deployments.push_back(restore_deployment(item));
  }
  for (const auto& item : array_of(stated, "previews")) {
    auto preview = restore_preview(item, codes);
    if (!preview) return std::unexpected(preview.error());
    worker.previews.push_back(std::move(*preview));
  }
  const bool whole =
      !worker.versions.empty() && !worker.deployments.empty() && !worker.deployments.back().shares.empty();
  if (!whole) return fail("Worker " + printable(name) + " has no version or no deployment");
  if (auto valid = check_settings(worker.settings); !valid) return fail(valid.error().errors.front().message);
  restore_details(worker, stated);
  return worker;
}

Result<Zone> restore_zone(const Json& stated) {
  Zone zone{.id = text_of(stated, "id"), .name = text_of(stated, "name")};
  for (const auto& item : array_of(stated, "routes")) {
    zone.routes.push_back({text_of(item, "id"), text_of(item, "pattern"), text_of(item, "script")});
  }
  if (const auto* script = member(stated, "legacy_script"); script && script->is_object()) {
    auto bytes = from_base64(string_member(*script, "bytes"));
    if (!bytes) return fail("the script of a zone is not base64");
    zone.legacy_script = LegacyScript{.bytes = std::move(*bytes),
                                      .etag = text_of(*script, "etag"),
                                      .modified_on = time_of(*script, "modified_on"),
                                      .bindings = restore_bindings(*script)};
  }
  return zone;
}

/// The zones of the dump, and those of the options that the dump lacks.
Result<void> restore_zones(Account& account, const Options& options, const Json& dump) {
  for (const auto& item : array_of(dump, "zones")) {
    auto zone = restore_zone(item);
    if (!zone) return std::unexpected(zone.error());
    account.zones.push_back(std::move(*zone));
  }
  for (const auto& spec : options.zones) {
    const bool known = std::ranges::any_of(account.zones, [&](const Zone& zone) { return zone.id == spec.id; });
    if (!known) account.zones.push_back({.id = spec.id, .name = spec.name});
  }
  return {};
}

Result<void> restore_workers(Account& account, const Json& dump) {
  Codes codes;
  for (const auto& [etag, stated] : object_of(dump, "code")) {
    auto code = restore_code(stated);
    if (!code) return std::unexpected(code.error());
    codes[std::string(etag)] = std::move(*code);
  }
  for (const auto& [name, stated] : object_of(dump, "workers")) {
    auto worker = restore_worker(name, stated, codes);
    if (!worker) return std::unexpected(worker.error());
    account.workers.emplace(name, std::move(*worker));
  }
  for (const auto& [key, stated] : object_of(dump, "dispatched")) {
    const auto name = std::string_view(key).substr(std::string_view(key).rfind('/') + 1);
    auto worker = restore_worker(name, stated, codes);
    if (!worker) return std::unexpected(worker.error());
    account.dispatched.emplace(key, std::move(*worker));
  }
  return {};
}

}  // namespace

Result<void> restore(World& world, const Json& dump) {
  const auto id = string_member(dump, "account_id");
  if (id != world.options.account_id) {
    return fail(fmt::format("the state is of account \"{}\", not of {}", printable(id), world.options.account_id));
  }
  Account account;
  if (auto done = restore_zones(account, world.options, dump); !done) return done;
  if (auto done = restore_workers(account, dump); !done) return done;
  for (const auto& item : array_of(dump, "domains")) {
    account.domains.push_back({text_of(item, "id"), text_of(item, "hostname"), text_of(item, "service"),
                               text_of(item, "zone_id"), text_of(item, "cert_id"), bool_member(item, "enabled"),
                               bool_member(item, "previews_enabled")});
  }
  for (const auto& [path, items] : object_of(dump, "resources")) {
    auto& list = account.resources[std::string(path)];
    if (!items.is_array()) return fail("`resources` is not an object of lists");
    for (const auto& item : items.get_array()) {
      if (item.is_object()) list.push_back(item.get_object());
    }
  }
  const auto subdomain = text_of(dump, "subdomain");
  account.subdomain = subdomain.empty() ? std::nullopt : std::optional(subdomain);
  account.settings = object_of(dump, "account_settings");
  account.dns_records = texts_of(dump, "dns_records");
  for (auto& hash : texts_of(dump, "asset_hashes")) account.asset_hashes.insert(std::move(hash));
  world.reset();  // drops what readers still saw of the earlier account
  world.replace(std::move(account));
  return {};
}

}  // namespace plumbline::simulator
