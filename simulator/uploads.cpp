#include "simulator/uploads.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "base/utf8.h"
#include "simulator/assets.h"
#include "simulator/bindings.h"
#include "simulator/changes.h"
#include "simulator/code.h"
#include "simulator/endpoints.h"
#include "simulator/setting_values.h"
#include "simulator/settings.h"
#include "simulator/upload_form.h"
#include "simulator/worker_views.h"

namespace plumbline::simulator {
namespace {

/// Whether the text can be an etag of this API: 64 hex digits, with or without quotes.
bool is_etag(std::string_view text) {
  if (text.size() == 66 && text.starts_with('"') && text.ends_with('"')) text = text.substr(1, 64);
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// `If-None-Match` on PUT: in the API of 2018 it holds the etag of content that need not be uploaded again.
Try<void> check_precondition(const Call& call, const Worker* existing) {
  const auto condition = call.request.headers.get("if-none-match");
  if (!call.world.semantics().honour_if_none_match || condition.empty()) return {};
  if (condition != "*" && !is_etag(condition)) return refuse(400, 10029, "workers.api.error.etag_unsupported");
  if (!existing) return {};
  const bool is_same = condition == "*" || condition.find(etag_of(existing->latest())) != std::string_view::npos;
  if (!is_same) return {};
  return refuse(412, 10018, "workers.api.error.etag_precondition_failed");
}

/// Another Worker must fit into the account's limit.
Try<void> check_limit(const World& world) {
  const auto& limit = world.options.worker_limit;
  if (!limit || world.account.workers.size() < *limit) return {};
  return refuse(403, 10037, "workers.api.error.exceeded_allowed_number_of_scripts");
}

/// The bindings of an upload: those that are stated, those that `keep_bindings` names, and secrets.
Try<std::vector<Binding>> bindings_of(const Call& call, const JsonObject& metadata, const Version* previous) {
  BindingRules rules;
  if (call.query("bindings_inherit") == "strict") rules.inherit = Inherit::strict;
  auto bindings = read_bindings(member(metadata, "bindings"), previous, rules);
  if (!bindings || !previous) return bindings;
  std::vector<std::string_view> kept;
  if (const auto* types = member(metadata, "keep_bindings"); types && types->is_array()) {
    for (const auto& type : types->get_array()) {
      if (type.is_string()) kept.push_back(view(type.get_string()));
    }
  } else if (call.world.semantics().put_keeps_secrets) {
    kept = {"secret_text", "secret_key"};
  }
  carry_over(*bindings, *previous, kept);
  return bindings;
}

/// Everything that an upload states about a version, checked against the existing Worker.
Try<Version> version_of(const Call& call, const UploadForm& form, const Worker* existing,
                        const std::map<std::string, DurableClass>& classes, std::string_view name) {
  const auto* previous = existing ? &existing->latest() : nullptr;
  if (auto valid = check_settings(form.metadata); !valid) return std::unexpected(valid.error());
  if (auto past = check_date(form.metadata, call.world.now()); !past) return std::unexpected(past.error());
  auto annotations = read_annotations(form.metadata);
  if (!annotations) return std::unexpected(annotations.error());
  auto assets = read_assets(call.world, form.metadata, previous);
  if (!assets) return std::unexpected(assets.error());
  auto bindings = bindings_of(call, form.metadata, previous);
  if (!bindings) return std::unexpected(bindings.error());
  auto known = check_targets(call.world, name, classes, *bindings);
  if (!known) return std::unexpected(known.error());
  auto code = code_of(form, *assets != nullptr);
  if (!code) return std::unexpected(code.error());

  Version version;
  version.code = std::move(*code);
  version.assets = std::move(*assets);
  version.annotations = std::move(*annotations);
  version.bindings = std::move(*bindings);
  version.settings = versioned_settings(form.metadata);
  return version;
}

Classes classes_of(const Worker* worker) {
  return worker ? Classes{worker->migration_tag, worker->classes} : Classes{};
}

/// PUT /accounts/:account/workers/scripts/:script
Outcome put_script(Call& call) {
  auto& workers = call.world.account.workers;
  const auto& name = call.params[1];
  if (!workers.contains(name)) {
    if (auto allowed = check_limit(call.world); !allowed) return std::unexpected(allowed.error());
  }
  return put_worker(call, workers, name, name);
}

/// PUT /accounts/:account/workers/scripts/:script/content: code alone.
Outcome put_content(Call& call) {
  auto worker = call.world.worker_to_change(call.params[1]);
  if (!worker) return std::unexpected(worker.error());
  return put_code(call, **worker);
}

/// POST /accounts/:account/workers/scripts/:script/versions: a version that is not deployed.
Outcome post_version(Call& call) {
  auto found = call.world.worker_to_change(call.params[1]);
  if (!found) return std::unexpected(found.error());
  auto& worker = **found;
  auto form = read_upload(call);
  if (!form) return std::unexpected(form.error());
  if (has_migrations(form->metadata)) {
    return refuse(400, 10211, "Version upload failed. Migrations cannot be applied by a version upload.");
  }
  auto version = version_of(call, *form, &worker, worker.classes, worker.name);
  if (!version) {
    auto refusal = std::move(version.error());
    // A class that does not exist yet would need a migration, which a version cannot have.
    for (auto& error : refusal.errors) {
      if (error.code == 10061) error.code = 10123;
    }
    return std::unexpected(std::move(refusal));
  }
  const auto bump = call.world.semantics().list_etag_deployed ? Bump::no : Bump::yes;
  const auto& added = add_version(call.world, worker, std::move(*version), {call.source(), call.author()},
                                  "version_upload", Rollout::hold, bump);
  auto result = version_view(call.world, worker, added);
  result["startup_time_ms"] = startup_time_of(added);
  return success(result);
}

constexpr std::array kUploadsEndpoints{
    Endpoint{"PUT", "/accounts/:account/workers/scripts/:script", put_script},
    Endpoint{"PUT", "/accounts/:account/workers/scripts/:script/content", put_content},
    Endpoint{"PUT", "/accounts/:account/workers/services/:script/environments/production/content", put_content},
    Endpoint{"POST", "/accounts/:account/workers/scripts/:script/versions", post_version},
};

/// The text of a service worker and its size, which clients of 2018 read.
void add_script(JsonObject& answer, const Version& version) {
  if (!version.code || version.code->syntax != Syntax::service_worker) return;
  const auto& bytes = main_module(*version.code)->bytes;
  // JSON has no way to say other bytes.
  answer["script"] = is_utf8(bytes) ? bytes : printable(bytes);
  answer["size"] = bytes.size();
}

}  // namespace

Outcome put_worker(Call& call, Workers& workers, const std::string& key, const std::string& name) {
  if (auto valid = check_name(call.world, name); !valid) return std::unexpected(valid.error());
  const auto with_subdomain = flag_of(call, kSubdomainAvailability);
  if (!with_subdomain) return std::unexpected(with_subdomain.error());
  const auto without_script = flag_of(call, "excludeScript");
  if (!without_script) return std::unexpected(without_script.error());
  const auto found = workers.find(key);
  const auto* existing = found == workers.end() ? nullptr : &found->second;
  if (auto met = check_precondition(call, existing); !met) return std::unexpected(met.error());
  auto form = read_upload(call);
  if (!form) return std::unexpected(form.error());
  auto classes = migrated(call.world, name, classes_of(existing), form->metadata);
  if (!classes) return std::unexpected(classes.error());
  auto version = version_of(call, *form, existing, classes->bindable(), name);
  if (!version) return std::unexpected(version.error());

  call.world.before_change(key);
  auto& worker = existing ? found->second : workers.emplace(key, make_worker(call.world, name)).first->second;
  worker.settings = worker_settings(form->metadata);  // settings that are left out are reset
  take_classes(call.world, worker, std::move(*classes));
  const auto& added =
      add_version(call.world, worker, std::move(*version), {call.source(), call.author()}, "upload", Rollout::deploy);
  auto shown = upload_view(worker, added);
  if (!*without_script) add_script(shown, added);
  if (*with_subdomain) shown["available_on_subdomain"] = worker.subdomain.enabled;
  return success(shown);
}

Outcome put_code(Call& call, Worker& worker) {
  auto form = read_content_upload(call);
  if (!form) return std::unexpected(form.error());
  auto code = code_of(*form, false);
  if (!code) return std::unexpected(code.error());
  auto version = next_version(worker);
  version.code = std::move(*code);
  const auto& added =
      add_version(call.world, worker, std::move(version), {call.source(), call.author()}, "upload", Rollout::deploy);
  return success(upload_view(worker, added));
}

std::span<const Endpoint> upload_endpoints() {
  return kUploadsEndpoints;
}

}  // namespace plumbline::simulator
