#include <algorithm>
#include <set>

#include "reconciler/model/canonical.h"
#include "reconciler/parts/ignored.h"
#include "reconciler/parts/parts.h"
#include "reconciler/parts/version_draft.h"

namespace plumbline::reconciler {
namespace {

// Which of the managed secrets hold another value than the store. Values cannot be read: what we wrote is attested by
// the version or remembered by the journal.
class Rotation {
 public:
  Rotation(const View& view, PartDiff& diff) : view_(view), diff_(diff), live_(view.attestation.if_known()) {}

  // True for those that were written by somebody else, or by nobody knows whom.
  [[nodiscard]] bool is_unattested() const { return live_ == nullptr || live_->secrets == kUnattested; }

  std::set<std::string> run() {
    const auto& wanted = view_.target->attestation;
    // A manifest without secrets, or a run without values or key, has nothing to compare.
    if (view_.creates() || wanted.secrets == "-") return {};
    if (live_ != nullptr && live_->secrets == wanted.secrets && live_->key_id == wanted.key_id) return {};
    if (!is_unattested() && live_->key_id != wanted.key_id) {
      note_foreign_key();
      return {};
    }
    return differing();
  }

 private:
  void note_foreign_key() {
    diff_.notes.push_back({Severity::warning, view_.desired().where,
                           "the secrets of Worker \"" + view_.name() +
                               "\" were written under another fingerprint key, so a rotated value is not noticed",
                           "use the key with the id " + live_->key_id + " again, or change the Worker once"});
  }

  [[nodiscard]] std::set<std::string> differing() const {
    const auto& memory = view_.live->memory;
    const bool is_remembered = !is_unattested() && memory && memory->attestation == *live_;
    std::set<std::string> names;
    for (const auto& [name, secret] : view_.target->secrets) {
      if (is_remembered) {
        const auto found = memory->secret_fingerprints.find(name);
        if (found != memory->secret_fingerprints.end() && found->second == secret.fingerprint) continue;
      }
      names.insert(name);
    }
    return names;
  }

  const View& view_;
  PartDiff& diff_;
  const Attestation* live_;
};

// A value that the store does not have stops the Worker even if nothing is to be written today: at the next change it
// would be missed.
std::optional<Block> missing_value(const Target& target, const std::vector<std::string>& put) {
  for (const auto& [name, secret] : target.secrets) {
    const bool needed = std::ranges::find(put, name) != put.end();
    if (secret.state != SecretTarget::State::missing && !(needed && secret.state != SecretTarget::State::available))
      continue;
    return Block{Reason::secret_missing, "secret " + name + ": " + secret.problem,
                 "put the value into the secret store"};
  }
  return std::nullopt;
}

// One is deleted by name; a JSON merge patch, in which null deletes, makes one version for several.
PlannedCall delete_secrets_call(const std::string& worker, const std::vector<std::string>& names) {
  if (names.size() == 1) {
    return {"delete_secret",
            {{"script_name", worker}, {"secret_name", names.front()}},
            "delete a secret that the manifest does not name"};
  }
  JsonObject nulls;
  for (const auto& name : names) nulls.emplace(name, nullptr);
  return {"put_secrets_bulk",
          {{"script_name", worker}},
          "delete secrets that the manifest does not name",
          JsonObject{{"secrets", std::move(nulls)}}};
}

JsonObject references_of(const Target& target) {
  JsonObject references;
  for (const auto& [name, reference] : target.desired->secrets) {
    references.emplace(name, JsonObject{{"store", reference.store}, {"key", reference.key}});
  }
  return references;
}

/// Secrets: bindings whose value nobody can read. A version attests the values that we wrote.
class SecretsPart final : public Part {
 public:
  [[nodiscard]] std::string_view name() const override { return "secrets"; }

  void add_managed(const manifests::DesiredWorker& worker, std::vector<std::string>& managed) const override {
    for (const auto& [name, reference] : worker.secrets) managed.push_back(managed_secret(name));
  }
  void add_identity(const Target& target, JsonObject& identity) const override {
    JsonObject secrets;
    for (const auto& [name, reference] : target.desired->secrets) {
      secrets.emplace(name, JsonArray{reference.store, reference.key});
    }
    identity["secrets"] = std::move(secrets);
    identity["secret_values"] = target.attestation.secrets;
  }

  [[nodiscard]] PartDiff diff(const View& view) const override {
    PartDiff diff;
    const auto live_names = secret_names(view.raw.find("bindings"));
    const std::set<std::string> existing(live_names.begin(), live_names.end());
    add_puts(view, existing, diff);
    for (const auto& name : existing) add_surplus(view, name, diff);
    if (!diff.gone.empty()) diff.alone.push_back(delete_secrets_call(view.name(), diff.gone));
    if (!diff.keys.empty() || !diff.gone.empty()) diff.needs(Write::version);
    diff.only_new_values = diff.only_new_values && diff.gone.empty();
    diff.block = missing_value(*view.target, diff.keys);
    return diff;
  }

  // Its name is shown, its value only attested.
  [[nodiscard]] Witness witness(const ChangeLine& line) const override {
    return line.symbol == '+' || line.symbol == '-' ? Witness::version : Witness::attestation;
  }

  void write(const View& view, const PartDiff* own, VersionDraft& draft) const override {
    if (!draft.makes_version()) return;
    for (const auto& name : names_to_put(view, own, draft)) draft.put_secret(name);
    if (own != nullptr) draft.change_bindings();
    for (const auto& name : secret_names(view.raw.find("bindings"))) {
      const bool goes = own != nullptr && std::ranges::find(own->gone, name) != own->gone.end();
      if (!goes && !draft.puts_secret(name)) draft.inherit(name);
    }
    if (draft.uploads()) draft.set("keep_bindings", kept_types(view.desired()));
    attest(view, draft);
  }

  void add_state_before(const View& view, JsonObject& state) const override {
    JsonObject secrets;
    for (const auto& name : secret_names(view.raw.find("bindings"))) {
      if (view.target->secrets.contains(name)) secrets.emplace(name, JsonObject());
    }
    if (!secrets.empty()) state["secrets"] = std::move(secrets);
  }
  void add_state_after(const Subject& subject, JsonObject& state) const override {
    if (auto secrets = references_of(*subject.target); !secrets.empty()) state["secrets"] = std::move(secrets);
  }

 private:
  // What is made on the dashboard between the read and the upload stays as well.
  static JsonArray kept_types(const manifests::DesiredWorker& worker) {
    JsonArray types{"secret_text", "secret_key"};
    if (worker.vars_policy == manifests::VarsPolicy::keep) {
      for (const auto type : kVariableTypes) types.emplace_back(type);
    }
    return types;
  }

  static void add_puts(const View& view, const std::set<std::string>& existing, PartDiff& diff) {
    Rotation rotation(view, diff);
    const auto rotated = rotation.run();
    diff.only_new_values = !rotated.empty();
    for (const auto& [name, secret] : view.target->secrets) {
      if (!existing.contains(name)) {
        diff.only_new_values = false;
        diff.line('+', "secret " + name);
      } else if (rotated.contains(name)) {
        add_value_line(rotation, name, diff);
      } else {
        continue;
      }
      diff.keys.push_back(name);
    }
  }

  // Nobody can tell whether a value differs that no version of ours attests.
  static void add_value_line(const Rotation& rotation, const std::string& name, PartDiff& diff) {
    if (rotation.is_unattested()) {
      diff.line('?', "secret " + name, "unattested; put again");
    } else {
      diff.line('~', "secret " + name, "(rotated)");
    }
  }

  static void add_surplus(const View& view, const std::string& name, PartDiff& diff) {
    if (view.target->secrets.contains(name) || is_ignored_binding(view.desired(), name)) return;
    if (view.desired().secrets_policy == manifests::SecretsPolicy::exact) {
      diff.gone.push_back(name);
      diff.line('-', "secret " + name, "not in the manifest; secrets_policy is exact");
      return;
    }
    // Of those that were managed it is said that they are no longer.
    const auto& memory = view.live->memory;
    const bool was_managed =
        memory && std::ranges::find(memory->managed, managed_secret(name)) != memory->managed.end();
    if (!was_managed) diff.line('.', "secret " + name, "not in the manifest, kept");
  }

  // Without a proof of what the live secrets hold, an upload that is made anyway writes them all: then there is one.
  static std::vector<std::string> names_to_put(const View& view, const PartDiff* own, const VersionDraft& draft) {
    const auto live = view.attested().secrets;
    const bool unproven = view.target->attestation.secrets != "-" && (live == "-" || live == kUnattested);
    if (!draft.uploads() || view.creates() || !unproven) return own != nullptr ? own->keys : std::vector<std::string>();
    std::vector<std::string> names;
    for (const auto& [name, secret] : view.target->secrets) {
      if (secret.state == SecretTarget::State::available) names.push_back(name);
    }
    return names;
  }

  // The new version holds either our secrets, or those that it inherits.
  static void attest(const View& view, VersionDraft& draft) {
    const auto live = view.attested();
    const bool inherits_all = !draft.puts_secrets() && !view.creates();
    const bool same = live.secrets == view.target->attestation.secrets;
    if (!inherits_all || same || view.target->secrets.empty()) return;
    const bool proven = live.secrets != kUnattested;
    draft.attestation.key_id = proven ? live.key_id : "-";
    draft.attestation.secrets = proven ? live.secrets : "-";
  }
};

}  // namespace

const Part& secrets_part() {
  static const SecretsPart part;
  return part;
}

}  // namespace plumbline::reconciler
