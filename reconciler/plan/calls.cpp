#include "reconciler/plan/calls.h"

#include <algorithm>
#include <array>
#include <set>

#include "base/text.h"
#include "manifests/kinds/setting_facts.h"
#include "reconciler/model/canonical.h"
#include "reconciler/model/ownership.h"
#include "reconciler/parts/assets.h"
#include "reconciler/parts/consumers.h"
#include "reconciler/parts/migrations.h"
#include "reconciler/parts/workflows.h"

namespace plumbline::reconciler {
namespace {

// What a manifest clears: an upload leaves it out, which resets it.
bool is_set(const Json& value) {
  if (value.is_null()) return false;
  if (const auto* object = value.if_object()) return !object->empty();
  if (const auto* array = value.if_array()) return !array->empty();
  return true;
}

// The exports that are there. What was done with the others is done: said again, it could end a class that was made
// anew.
Json standing_exports(const Json& exports) {
  constexpr std::array<std::string_view, 3> kGone{"deleted", "renamed", "transferred"};
  JsonObject standing;
  if (!exports.is_object()) return standing;
  for (const auto& entry : exports.get_object()) {
    if (std::ranges::find(kGone, string_member(entry.value(), "state")) == kGone.end()) standing.insert(entry);
  }
  return standing;
}

// Keys of these objects are managed one by one; `placement` is a union, of which one form replaces
// another.
bool is_merged(std::string_view key) {
  return key == "observability" || key == "limits";
}

Json merged(const Json& live, const Json& stated) {
  if (!live.is_object() || !stated.is_object() || stated.get_object().empty()) return stated;
  JsonObject out = live.get_object();
  for (const auto& entry : stated.get_object()) {
    Json& value = out[entry.key()];
    value = merged(value, entry.value());
  }
  for (auto it = out.begin(); it != out.end();) it = it->value().is_null() ? out.erase(it) : std::next(it);
  return out;
}

Json stated_value(std::string_view key, const Json& stated, const JsonObject& live) {
  // The service wants to hear that it is off; an empty block is refused.
  if (key == "observability" && !is_set(stated)) return JsonObject{{"enabled", false}};
  // `mode: off` is written as it is read.
  if (key == "placement" && !is_set(canonical_settings({{key, stated}}).at(key))) return JsonObject();
  const auto* before = member(live, key);
  return before != nullptr && is_merged(key) ? merged(*before, stated) : stated;
}

JsonArray tags_to_write(const Target& target, const LiveWorker* live, const Owner& owner) {
  JsonArray tags;
  const auto add = [&tags](const Json* from, auto wanted) {
    if (from == nullptr || !from->is_array()) return;
    for (const auto& tag : from->get_array()) {
      if (tag.is_string() && wanted(view(tag.get_string()))) tags.push_back(tag);
    }
  };
  const auto* stated = member(target.desired->settings, "tags");
  const Json* before = live != nullptr ? live_tags(*live) : nullptr;
  add(stated != nullptr ? stated : before, [](std::string_view tag) { return !is_reserved_tag(tag); });
  // wrangler's `cf:` tags are its memory: nobody else may lose them.
  add(before, [](std::string_view tag) { return is_reserved_tag(tag) && !tag.starts_with(kOwnershipPrefix); });
  tags.emplace_back(ownership_tag({owner, !target.desired->prune}));
  return tags;
}

JsonObject inherit(std::string_view name) {
  return {{"type", "inherit"}, {"name", name}};
}

Json named_binding(std::string_view name, const Json& binding) {
  JsonObject out{{"name", name}};
  for (const auto& entry : binding.get_object()) out.insert_or_assign(entry.key(), entry.value());
  return out;
}

bool makes_version(const WorkerDiff& diff) {
  return diff.bindings || !diff.versioned.empty() || !diff.put_secrets.empty() || !diff.delete_secrets.empty();
}

// Assembles the body of a write from the manifest, the live Worker and the diff.
class Composer {
 public:
  Composer(const Target& target, const LiveWorker* live, const WorkerDiff& diff, const Owner& owner,
           const std::string& revision)
      : target_(target), live_(live), diff_(diff), owner_(owner), revision_(revision) {
    if (live == nullptr) return;
    const auto known = known_settings(*live);
    if (known.is_known()) raw_ = *known;
    const auto attested = known_attestation(*live);
    if (attested.is_known()) live_attestation_ = *attested;
  }

  PlannedCall upload() {
    secrets_ = diff_.put_secrets;
    // Without a proof of what the live secrets hold, an upload that is made anyway writes them all:
    // then there is one.
    if (live_ != nullptr && secrets_unproven()) secrets_ = available_secrets();
    JsonObject metadata;
    const bool module = target_.desired->syntax == manifests::Syntax::module;
    // The part of a service worker is named like its file, as every part is.
    if (!target_.desired->modules.empty()) {
      metadata[module ? "main_module" : "body_part"] = target_.desired->modules.front().name;
    }
    for (const auto& entry : target_.desired->settings) {
      const std::string_view key = entry.key();
      if (key == "bindings" || key == "tags" || !is_set(entry.value())) continue;
      auto value = stated_value(key, entry.value(), raw_);
      if (is_set(value)) metadata[key] = std::move(value);
    }
    const auto pending = pending_migrations(target_, live_);
    carry_unmanaged(metadata);
    // The service takes one or the other.
    if (!pending.empty() && !target_.desired->settings.contains("exports")) metadata.erase("exports");
    metadata["bindings"] = bindings_for_upload();
    metadata["keep_bindings"] = JsonArray{"secret_text", "secret_key"};
    metadata["tags"] = tags_to_write(target_, live_, owner_);
    metadata["annotations"] = annotations();
    if (!pending.empty()) metadata["migrations"] = migrations_metadata(pending, live_);
    if (sends_assets()) {
      // The token of the session is put in when it is there.
      metadata["assets"] = JsonObject{{"config", target_.assets->listing.config}};
    } else if (target_.assets || (live_ != nullptr && bool_member(live_->entry, "has_assets").value_or(false))) {
      metadata["keep_assets"] = true;
    }
    auto call = make("upload_script", live_ == nullptr ? "create the Worker" : upload_reason(), std::move(metadata));
    call.modules = target_.desired->modules;
    call.secrets = secrets_;
    return call;
  }

  // What the newest version holds, which an upload would keep, is not what is attested of the active one.
  [[nodiscard]] bool sends_assets() const {
    return target_.assets && (diff_.assets || (live_ != nullptr && newest_is_not_active(*live_)));
  }

  PlannedCall assets_session() {
    const auto most = distinct_files(target_.assets->listing);
    return make("create_assets_session",
                "ask which assets are missing and upload those, in at most " + counted(most, "further call"));
  }

  PlannedCall patch_settings() {
    secrets_ = diff_.put_secrets;
    JsonObject settings = script_settings();
    for (const auto& key : diff_.versioned) {
      settings[key] = stated_value(key, *member(target_.desired->settings, key), raw_);
    }
    if (diff_.bindings || !secrets_.empty() || !diff_.delete_secrets.empty()) {
      settings["bindings"] = bindings_for_patch();
    }
    settings["annotations"] = annotations();
    auto call = make("patch_settings", "change settings, bindings or secrets in one version", std::move(settings));
    call.secrets = secrets_;
    return call;
  }

  // Deleting a secret made a version that nothing attests.
  PlannedCall attest() {
    return make("patch_settings", "attest what the version holds", JsonObject{{"annotations", annotations()}});
  }

  PlannedCall patch_script_settings() {
    return make("patch_script_settings", "change what needs no new version", script_settings());
  }

  PlannedCall post_subdomain() {
    return make("post_subdomain", "set the workers.dev route", *target_.desired->subdomain);
  }

  PlannedCall put_schedules() {
    JsonArray crons;
    for (const auto& cron : *target_.schedules) crons.push_back(JsonObject{{"cron", cron}});
    return make("put_schedules", "set the cron triggers", std::move(crons));
  }

  PlannedCall delete_secret(const std::string& name) {
    auto call = make("delete_secret", "delete a secret that the manifest does not name");
    call.parameters.emplace_back("secret_name", name);
    return call;
  }

  // A JSON merge patch: null deletes, and all of them make one version.
  PlannedCall delete_secrets(const std::vector<std::string>& names) {
    JsonObject nulls;
    for (const auto& name : names) nulls.emplace(name, nullptr);
    return make("put_secrets_bulk", "delete secrets that the manifest does not name",
                JsonObject{{"secrets", std::move(nulls)}});
  }

 private:
  [[nodiscard]] std::string upload_reason() const {
    if (diff_.code) return "upload the code";
    if (diff_.assets) return "bring the assets";
    if (diff_.unseen) return "bring settings that only an upload takes";
    return diff_.migrations ? "bring the migrations" : "make a version anew";
  }

  [[nodiscard]] PlannedCall make(api::OperationRef operation, std::string why, Json body = nullptr) const {
    return {operation, {{"script_name", target_.desired->name}}, std::move(why), std::move(body)};
  }

  JsonObject script_settings() const {
    JsonObject settings;
    for (const auto& key : diff_.script_level) {
      if (key != "tags") settings[key] = stated_value(key, *member(target_.desired->settings, key), raw_);
    }
    const bool tags = std::ranges::find(diff_.script_level, "tags") != diff_.script_level.end();
    if (tags || diff_.ownership) settings["tags"] = tags_to_write(target_, live_, owner_);
    return settings;
  }

  // A gated field that neither the manifest nor the live Worker has is never sent.
  void carry_unmanaged(JsonObject& metadata) const {
    for (const auto& fact : manifests::setting_facts()) {
      if (fact.carry != manifests::SettingCarry::as_read || target_.desired->settings.contains(fact.name)) continue;
      const auto* value = live_value(fact);
      if (value == nullptr) continue;
      const auto canonical = canonical_settings({{fact.name, *value}});
      const auto* clean = member(canonical, fact.name);
      if (clean == nullptr || !is_set(*clean)) continue;
      auto carried = fact.name == "exports" ? standing_exports(*clean) : *clean;
      if (is_set(carried)) metadata[fact.name] = std::move(carried);
    }
  }

  [[nodiscard]] const Json* live_value(const manifests::SettingFact& fact) const {
    const auto* version = live_ != nullptr ? live_->beta_version.if_known() : nullptr;
    if (fact.read == manifests::SettingRead::beta_version) {
      return version != nullptr ? member(*version, fact.name) : nullptr;
    }
    const auto* value = member(raw_, fact.name);
    const bool also_there = fact.read == manifests::SettingRead::list_alone && version != nullptr;
    return value == nullptr && also_there ? member(*version, fact.name) : value;
  }

  [[nodiscard]] bool is_put(std::string_view name) const { return std::ranges::find(secrets_, name) != secrets_.end(); }

  [[nodiscard]] std::vector<std::string> live_secrets() const {
    auto names = secret_names(raw_);
    std::erase_if(names, [this](const auto& name) {
      return is_put(name) || std::ranges::find(diff_.delete_secrets, name) != diff_.delete_secrets.end();
    });
    return names;
  }

  void inherit_live_bindings(JsonArray& out) const {
    for (const auto& entry : canonical_bindings_of_live()) out.push_back(inherit(entry.key()));
  }

  [[nodiscard]] JsonObject canonical_bindings_of_live() const {
    const auto canonical = canonical_settings(raw_);
    const auto* bindings = member(canonical, "bindings");
    return bindings != nullptr && bindings->is_object() ? bindings->get_object() : JsonObject();
  }

  JsonArray bindings_for_upload() const {
    JsonArray out;
    if (const auto* stated = member(target_.desired->settings, "bindings")) {
      for (const auto& entry : stated->get_object()) out.push_back(named_binding(entry.key(), entry.value()));
    } else {
      inherit_live_bindings(out);
    }
    for (const auto& name : live_secrets()) out.push_back(inherit(name));
    return out;
  }

  // PATCH replaces the whole array: what stays is named as inherited, because echoing a read loses
  // fields.
  JsonArray bindings_for_patch() const {
    JsonArray out;
    const auto before = canonical_bindings_of_live();
    if (const auto* stated = member(target_.settings, "bindings")) {
      const auto& as_written = member(target_.desired->settings, "bindings")->get_object();
      for (const auto& entry : stated->get_object()) {
        const auto* live = member(before, entry.key());
        const bool same = live != nullptr && binding_satisfies(live->get_object(), entry.value().get_object());
        out.push_back(same ? Json(inherit(entry.key())) : named_binding(entry.key(), *member(as_written, entry.key())));
      }
    } else {
      inherit_live_bindings(out);
    }
    for (const auto& name : live_secrets()) out.push_back(inherit(name));
    return out;
  }

  [[nodiscard]] bool secrets_unproven() const {
    return target_.attestation.secrets != "-" &&
           (live_attestation_.secrets == "-" || live_attestation_.secrets == kUnattested);
  }

  [[nodiscard]] std::vector<std::string> available_secrets() const {
    std::vector<std::string> names;
    for (const auto& [name, secret] : target_.secrets) {
      if (secret.state == SecretTarget::State::available) names.push_back(name);
    }
    return names;
  }

  // What the new version will hold: the manifest's modules, and either our secrets or those it
  // inherits.
  JsonObject annotations() const {
    Attestation attestation = target_.attestation;
    // Unmanaged assets stay.
    if (!target_.assets && live_ != nullptr) attestation.assets = live_attestation_.assets;
    const bool inherits_all = secrets_.empty() && live_ != nullptr;
    const bool proven = live_attestation_.secrets != kUnattested;
    const bool same = live_attestation_.secrets == target_.attestation.secrets;
    if (inherits_all && !same && !target_.secrets.empty()) {
      attestation.key_id = proven ? live_attestation_.key_id : "-";
      attestation.secrets = proven ? live_attestation_.secrets : "-";
    }
    return annotations_for(attestation, revision_, target_.desired->where.file);
  }

  const Target& target_;
  const LiveWorker* live_;
  const WorkerDiff& diff_;
  const Owner& owner_;
  const std::string& revision_;
  JsonObject raw_;
  Attestation live_attestation_{"-", "-", "-", "-"};
  std::vector<std::string> secrets_;
};

}  // namespace

bool needs_upload(const WorkerDiff& diff, const LiveWorker* live) {
  const bool stuck = live != nullptr && newest_is_not_active(*live);
  return diff.create || diff.code || diff.assets || diff.migrations || diff.unseen || (stuck && makes_version(diff));
}

std::vector<PlannedCall> calls_for(const Target& target, const LiveWorker* live, const WorkerDiff& diff,
                                   const Owner& owner, const std::string& revision) {
  std::vector<PlannedCall> calls;
  Composer composer(target, live, diff, owner, revision);
  const bool stuck = live != nullptr && newest_is_not_active(*live);
  // A secret cannot be changed while the newest version is not deployed (10215): the upload deploys one first.
  if (stuck && !diff.delete_secrets.empty()) calls.push_back(composer.upload());
  if (diff.delete_secrets.size() == 1) calls.push_back(composer.delete_secret(diff.delete_secrets.front()));
  if (diff.delete_secrets.size() > 1) calls.push_back(composer.delete_secrets(diff.delete_secrets));
  const bool version = makes_version(diff);
  if (!calls.empty() && stuck) {
    calls.push_back(composer.attest());
  } else if (needs_upload(diff, live)) {
    calls.push_back(composer.upload());
  } else if (version) {
    calls.push_back(composer.patch_settings());
  } else if (!diff.script_level.empty() || diff.ownership) {
    calls.push_back(composer.patch_script_settings());
  }
  const bool uploads = find_call(calls, "upload_script") != nullptr;
  // First of all: it changes nothing that is live.
  if (uploads && composer.sends_assets()) calls.insert(calls.begin(), composer.assets_session());
  if (diff.subdomain) calls.push_back(composer.post_subdomain());
  if (diff.schedules) calls.push_back(composer.put_schedules());
  add_consumer_calls(target, live, diff, calls);
  add_workflow_calls(target, live, diff, calls);
  return calls;
}

PlannedCall delete_call(const std::string& name, std::string why) {
  return {"delete_script", {{"script_name", name}}, std::move(why)};
}

}  // namespace plumbline::reconciler
