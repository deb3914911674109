#include "reconciler/plan/bootstrap.h"

#include <algorithm>

#include "manifests/kinds/setting_facts.h"
#include "reconciler/model/canonical.h"
#include "reconciler/parts/ignored.h"
#include "reconciler/parts/parts.h"
#include "reconciler/parts/unseen.h"
#include "reconciler/plan/calls.h"
#include "reconciler/plan/diff.h"
#include "reconciler/plan/order.h"

namespace plumbline::reconciler {
namespace {

bool refers_to(const Json& binding, const std::set<std::string>& names) {
  return std::ranges::any_of(references({{"bindings", JsonArray{binding}}}),
                             [&names](const auto& name) { return names.contains(name); });
}

// A target that can be uploaded while `others` do not exist. It has no secrets either: their values go with the version
// that attests them.
Target without_references(const Target& target, const std::set<std::string>& others) {
  manifests::DesiredWorker desired = *target.desired;
  auto& settings = desired.settings;
  if (auto* bindings = settings.if_contains("bindings")) {
    JsonObject kept;
    for (const auto& entry : bindings->get_object()) {
      if (!refers_to(entry.value(), others)) kept.emplace(entry.key(), entry.value());
    }
    *bindings = std::move(kept);
  }
  for (const auto& fact : manifests::setting_facts()) {
    auto* consumers = fact.form == manifests::SettingForm::consumers ? settings.if_contains(fact.name) : nullptr;
    if (consumers == nullptr || !consumers->is_array()) continue;
    JsonArray kept;
    for (const auto& consumer : consumers->get_array()) {
      if (!others.contains(std::string(string_member(consumer, "service")))) kept.push_back(consumer);
    }
    *consumers = std::move(kept);
  }
  desired.secrets.clear();

  Target bare = target;
  bare.settings = canonical_settings(settings);
  bare.desired = std::make_shared<const manifests::DesiredWorker>(std::move(desired));
  bare.secrets.clear();
  bare.attestation.key_id = "-";
  bare.attestation.secrets = "-";
  bare.attestation.unseen = unseen_digest(without_ignored(bare.settings, bare.desired->ignore));
  return bare;
}

// The Worker that the upload of a new one leaves behind, as far as its parts need no more than that.
LiveWorker made_by(const PlannedCall& upload, const View& view) {
  LiveWorker live;
  live.name = view.name();
  live.entry = JsonObject{{"tags", upload.body.at("tags")}};
  if (const auto* migrations = member(upload.body, "migrations")) {
    live.entry["migration_tag"] = string_member(*migrations, "new_tag");
  }
  live.settings = Known<JsonObject>::known(upload.body.get_object());
  for (const auto* part : parts()) {
    if (auto value = part->value_after(view, nullptr)) live.parts.emplace(part->name(), std::move(*value));
  }
  live.deployment = Known<Deployment>::known({.versions = {{"", 100}}, .source = {}});
  return live;
}

}  // namespace

std::vector<PlannedCall> bootstrap_calls(const Target& target, const std::set<std::string>& others,
                                         const AccountView& account, const std::string& revision) {
  const auto bare = without_references(target, others);
  const Subject first{&bare, nullptr, &account};
  auto calls = calls_for(first, diff_worker(first), revision).calls;
  const auto upload = std::ranges::find(calls, api::OperationRef("upload_script"), &PlannedCall::operation);
  upload->why = "create the Worker without what binds Workers that are not there yet";
  const auto live = made_by(*upload, View(first));
  calls.erase(std::next(upload), calls.end());
  const Subject second{&target, &live, &account};
  for (auto& call : calls_for(second, diff_worker(second), revision).calls) calls.push_back(std::move(call));
  return calls;
}

}  // namespace plumbline::reconciler
