#include "reconciler/plan/after_calls.h"

#include <algorithm>

#include "reconciler/model/canonical.h"
#include "reconciler/parts/migrations.h"
#include "reconciler/parts/names.h"
#include "reconciler/parts/parts.h"
#include "reconciler/parts/unseen.h"

namespace plumbline::reconciler {
namespace {

// The last one, whose version stays active.
const PlannedCall* version_making(const std::vector<PlannedCall>& calls) {
  const PlannedCall* last = nullptr;
  for (const auto& call : calls) {
    if (call.operation->look.how == api::Look::as_version) last = &call;
  }
  return last;
}

// The list entry that an upload leaves behind. Whether its answer tells the migration tag is not documented.
JsonObject entry_after(const PlannedCall& upload, const LiveWorker* live, JsonObject answer) {
  if (!string_member(answer, "migration_tag").empty()) return answer;
  const auto* sent = member(upload.body, "migrations");
  answer["migration_tag"] = sent != nullptr ? string_member(*sent, "new_tag") : live_migration_tag(live);
  return answer;
}

}  // namespace

ActiveVersion version_after(const WorkerChange& change, const JsonObject* upload_answer) {
  const auto* call = version_making(change.calls);
  if (call == nullptr) return change.live ? known_active(*change.live) : ActiveVersion();
  ActiveVersion active;
  if (const auto author = author_of(member(call->body, "annotations"))) active.revision = author->revision;
  // Only the answer to an upload tells the new version.
  if (upload_answer == nullptr || !call->is("upload_script")) return active;
  active.id = string_member(*upload_answer, "deployment_id");
  active.since = string_member(*upload_answer, "modified_on");
  return active;
}

Observation after_calls(const WorkerChange& change, const JsonObject* upload_answer, TimePoint now) {
  const auto& target = *change.target;
  const auto* live = change.live.get();
  const auto& calls = change.calls;
  Observation memory;
  if (live != nullptr && live->memory) memory = *live->memory;
  if (live != nullptr) remember_known_parts(*live, memory);
  memory.applied = target.identity;
  memory.released = false;
  memory.managed = target.managed;
  memory.file = target.desired->where.file;
  memory.resource_ids = ids_to_remember(target);
  memory.observed_at = now;
  memory.dirty = true;
  // Set again once a read, or the answer to an upload, tells what is so.
  memory.agreed = {};
  for (const auto& [part, value] : change.parts_after) memory.parts.insert_or_assign(part, value);
  if (const auto* call = version_making(calls)) {
    memory.attestation = attestation_of(member(call->body, "annotations"));
    memory.author = author_of(member(call->body, "annotations"));
    const auto active = version_after(change, upload_answer);
    memory.version_id = active.id;
    memory.version_since = active.since;
    for (const auto& [name, secret] : target.secrets) {
      const bool put = std::ranges::find(call->secrets, name) != call->secrets.end();
      if (put) memory.secret_fingerprints[name] = secret.fingerprint;
    }
  }
  const auto* upload = find_call(calls, "upload_script");
  const auto* patch = find_call(calls, "patch_settings");
  if (upload == nullptr || upload_answer == nullptr || patch != nullptr) return memory;

  // An upload says everything, so its result is known without a read: what it sent, and what it let
  // the new version inherit.
  JsonObject settings = upload->body.get_object();
  for (const auto* key : {"main_module", "body_part", "keep_bindings", "keep_assets", "migrations", "assets"})
    settings.erase(key);
  // No read would show them either.
  for (const auto& entry : unseen_settings(canonical_settings(upload->body.get_object()))) settings.erase(entry.key());
  const auto before = live != nullptr ? known_settings(*live) : Known<JsonObject>::absent();
  JsonArray bindings;
  for (const auto& binding : upload->body.at("bindings").get_array()) {
    if (string_member(binding, "type") != "inherit") {
      bindings.push_back(binding);
      continue;
    }
    const auto* array = before.is_known() ? member(*before, "bindings") : nullptr;
    if (array == nullptr || !array->is_array()) continue;
    for (const auto& old : array->get_array()) {
      if (string_member(old, "name") == string_member(binding, "name")) bindings.push_back(old);
    }
  }
  for (const auto& name : upload->secrets) bindings.push_back({{"name", name}, {"type", "secret_text"}});
  settings["bindings"] = std::move(bindings);
  memory.settings = std::move(settings);
  memory.newest_undeployed = false;
  memory.list_key = list_key(entry_after(*upload, live, *upload_answer));
  memory.dirty = memory.list_key.empty();
  memory.agreed = agreed_of(memory);
  return memory;
}

}  // namespace plumbline::reconciler
