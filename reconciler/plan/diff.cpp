#include "reconciler/plan/diff.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "reconciler/model/canonical.h"
#include "reconciler/model/ownership.h"
#include "reconciler/parts/assets.h"
#include "reconciler/parts/consumers.h"
#include "reconciler/parts/ignored.h"
#include "reconciler/parts/migrations.h"
#include "reconciler/parts/names.h"
#include "reconciler/parts/unseen.h"
#include "reconciler/parts/workflows.h"

namespace plumbline::reconciler {
namespace {

constexpr std::size_t kShownBytes = 160;

std::string arrow(const std::string& from, const std::string& to) {
  return from + " -> " + to;
}

// Fills a WorkerDiff step by step; one object per Worker and call.
class Differ {
 public:
  Differ(const Target& target, const LiveWorker* live, const Owner& owner)
      : target_(target), live_(live), owner_(owner) {
    if (live != nullptr) {
      raw_ = known_settings(*live);
      if (raw_.is_known()) settings_ = with_service_defaults(canonical_settings(*raw_));
      attestation_ = known_attestation(*live);
    }
  }

  WorkerDiff run() {
    diff_.create = live_ == nullptr;
    diff_code();
    diff_assets();
    diff_migrations();
    diff_unseen();
    diff_settings();
    diff_bindings();
    diff_secrets();
    diff_subdomain();
    diff_schedules();
    diff_consumers(target_, live_, diff_);
    diff_workflows(target_, live_, diff_);
    if (live_ != nullptr) {
      diff_ownership();
      note_dropped();
    }
    return std::move(diff_);
  }

 private:
  void line(char symbol, std::string what, std::string detail = {}) {
    diff_.lines.push_back({symbol, std::move(what), std::move(detail), {}, {}});
  }

  void change_line(std::string what, const std::string& before, const std::string& after) {
    diff_.lines.push_back(reconciler::change_line(std::move(what), before, after));
  }

  void diff_code() {
    const auto* known = attestation_.if_known();
    if (live_ != nullptr && is_rolled_back(*live_)) {
      // What a read tells of the settings is of the newest version: the active one is made anew, whatever it holds.
      diff_.code = true;
      line('~', "version", "an older one is active");
      return;
    }
    if (known != nullptr && known->modules == target_.attestation.modules) return;
    diff_.code = true;
    // Which of the modules differ is not known: a version attests them as a whole.
    for (const auto& module : target_.desired->modules) {
      line(diff_.create ? '+' : '~', "module " + module.name, "(" + human_bytes(module.size) + ")");
    }
  }

  void diff_assets() {
    if (!target_.assets) return;
    const auto* known = attestation_.if_known();
    // What an upload would keep are the newest version's, which are not the active ones after a rollback.
    const bool rolled_back = live_ != nullptr && is_rolled_back(*live_);
    if (live_ != nullptr && !rolled_back && known != nullptr && known->assets == target_.assets->digest) return;
    diff_.assets = true;
    const bool ours = known != nullptr && known->assets != "-";
    const auto detail = describe_assets(target_.assets->listing);
    line(ours ? '~' : '+', "assets", detail);
  }

  void diff_migrations() {
    diff_.migrations = !pending_migrations(target_, live_).empty();
    for (auto& one : migration_lines(target_, live_)) diff_.lines.push_back(std::move(one));
  }

  // No read shows them: what the active version holds is attested as a whole, and brought once where it is not.
  void diff_unseen() {
    const auto& wanted = target_.attestation.unseen;
    const auto* known = attestation_.if_known();
    if (wanted == "-" || (known != nullptr && known->unseen == wanted)) return;
    diff_.unseen = true;
    const bool ours = known != nullptr && known->unseen != "-" && known->unseen != kUnattested;
    for (const auto& entry : unseen_settings(target_.settings)) {
      const std::string key(entry.key());
      const bool clears = entry.value().is_null();
      if (clears && diff_.create) continue;
      line(clears ? '-' : ours ? '~' : '+', key, clears ? "cleared" : shown(&entry.value()));
      diff_.lines.back().pointer = "/" + pointer_segment(key);
    }
  }

  void diff_settings() {
    for (const auto& entry : target_.settings) {
      const std::string key(entry.key());
      if (key == "bindings" || is_unseen_setting(key)) continue;
      const auto* before = member(settings_, key);
      const auto omitted = key == "exports" ? omitted_classes(before, entry.value()) : std::vector<std::string>();
      if (satisfies(before, entry.value()) && omitted.empty()) continue;
      (is_script_setting(key) ? diff_.script_level : diff_.versioned).push_back(key);
      if (!satisfies(before, entry.value())) describe(key, "/" + pointer_segment(key), before, entry.value());
      for (const auto& name : omitted) {
        line('-', "exports." + name, "no longer in the manifest");
        diff_.lines.back().pointer = "/exports/" + pointer_segment(name);
      }
    }
  }

  // A Durable Object class is declared as long as it has data: leaving a live one out is no way of not managing it.
  static std::vector<std::string> omitted_classes(const Json* live, const Json& desired) {
    std::vector<std::string> names;
    const auto* before = live != nullptr ? live->if_object() : nullptr;
    if (before == nullptr) return names;
    for (const auto& entry : *before) {
      const auto state = string_member(entry.value(), "state");
      const bool has_data =
          string_member(entry.value(), "type") == "durable-object" && (state.empty() || state == "created");
      if (has_data && member(desired, entry.key()) == nullptr) names.emplace_back(entry.key());
    }
    return names;
  }

  // An object is described by its leaves, so that a reviewer sees what moves and not what stays.
  void describe(const std::string& path, const std::string& pointer, const Json* before, const Json& after) {
    if (const auto* object = after.if_object(); object && !object->empty()) {
      for (const auto& entry : *object) {
        const auto* inner = before ? member(*before, entry.key()) : nullptr;
        if (!satisfies(inner, entry.value())) {
          describe(path + "." + std::string(entry.key()), pointer + "/" + pointer_segment(entry.key()), inner,
                   entry.value());
        }
      }
      return;
    }
    const bool was_set = before != nullptr && !satisfies(before, nullptr);
    if (satisfies(nullptr, after)) {
      line('-', path, shown(before));
    } else if (was_set) {
      change_line(path, shown(before), shown(&after));
    } else {
      line('+', path, shown(&after));
    }
    diff_.lines.back().pointer = pointer;
  }

  void diff_bindings() {
    const auto* desired = member(target_.settings, "bindings");
    if (desired == nullptr || !desired->is_object()) return;
    const auto* live = member(settings_, "bindings");
    const JsonObject none;
    const auto& before = live != nullptr && live->is_object() ? live->get_object() : none;
    for (const auto& entry : desired->get_object()) {
      const auto* found = member(before, entry.key());
      const auto& wanted = entry.value().get_object();
      const std::string what = "binding " + std::string(entry.key());
      if (found == nullptr) {
        diff_.bindings = true;
        line('+', what, describe_binding(wanted) + name_note(target_, entry.key()));
      } else if (!binding_satisfies(found->get_object(), wanted)) {
        diff_.bindings = true;
        describe_binding_change(what, found->get_object(), wanted, name_note(target_, entry.key()));
      } else {
        continue;
      }
      diff_.lines.back().pointer = "/bindings/" + pointer_segment(entry.key());
    }
    for (const auto& entry : before) {
      if (desired->get_object().contains(entry.key()) || target_.desired->secrets.contains(std::string(entry.key()))) {
        continue;
      }
      diff_.bindings = true;
      line('-', "binding " + std::string(entry.key()),
           std::string(string_member(entry.value(), "type")) + "; no longer in the manifest");
      diff_.lines.back().pointer = "/bindings/" + pointer_segment(entry.key());
    }
  }

  static std::string describe_binding(const JsonObject& binding) {
    JsonObject rest = binding;
    rest.erase("type");
    std::string text(string_member(binding, "type"));
    if (rest.size() == 1) {
      text += ' ' + shown(&rest.begin()->value());
    } else if (!rest.empty()) {
      const Json all(rest);
      text += ' ' + shown(&all);
    }
    return text;
  }

  void describe_binding_change(const std::string& what, const JsonObject& before, const JsonObject& after,
                               const std::string& note) {
    const bool text = string_member(before, "type") == "plain_text" && string_member(after, "type") == "plain_text";
    if (text) {
      change_line(what, shown(member(before, "text")), shown(member(after, "text")));
    } else {
      change_line(what, describe_binding(before), describe_binding(after) + note);
    }
  }

  void diff_secrets() {
    const auto live_names = raw_.is_known() ? secret_names(*raw_) : std::vector<std::string>();
    const std::set<std::string> existing(live_names.begin(), live_names.end());
    const auto rotated = rotated_secrets();
    for (const auto& [name, secret] : target_.secrets) {
      if (!existing.contains(name)) {
        diff_.put_secrets.push_back(name);
        diff_.new_secret = true;
        line('+', "secret " + name);
      } else if (rotated.contains(name)) {
        diff_.put_secrets.push_back(name);
        line('~', "secret " + name, unattested_ ? "(written by somebody else)" : "(rotated)");
      }
    }
    for (const auto& name : existing) {
      if (target_.secrets.contains(name) || is_ignored_binding(*target_.desired, name)) continue;
      if (target_.desired->secrets_policy == manifests::SecretsPolicy::exact) {
        diff_.delete_secrets.push_back(name);
        line('-', "secret " + name, "not in the manifest; secrets_policy is exact");
      } else if (!was_managed(managed_secret(name))) {
        line('.', "secret " + name, "not in the manifest, kept");
      }
    }
  }

  // Which of the managed secrets hold another value than the store. Values cannot be read: what we
  // wrote is attested by the version or remembered by the journal.
  std::set<std::string> rotated_secrets() {
    std::set<std::string> rotated;
    const auto* live = attestation_.if_known();
    // A manifest without secrets, or a run without values or key, has nothing to compare.
    if (live_ == nullptr || target_.attestation.secrets == "-") return rotated;
    if (live != nullptr && live->secrets == target_.attestation.secrets && live->key_id == target_.attestation.key_id) {
      return rotated;
    }
    if (live != nullptr && live->secrets != kUnattested && live->key_id != target_.attestation.key_id) {
      diff_.notes.push_back({Severity::warning, target_.desired->where,
                             "the secrets of Worker \"" + target_.desired->name +
                                 "\" were written under another fingerprint key, so a rotated value is not noticed",
                             "use the key with the id " + live->key_id + " again, or change the Worker once"});
      return rotated;
    }
    unattested_ = live == nullptr || live->secrets == kUnattested;
    const auto* remembered = !unattested_ && live_->memory && live_->memory->attestation == *live
                                 ? &live_->memory->secret_fingerprints
                                 : nullptr;
    for (const auto& [name, secret] : target_.secrets) {
      if (remembered != nullptr) {
        const auto found = remembered->find(name);
        if (found != remembered->end() && found->second == secret.fingerprint) continue;
      }
      rotated.insert(name);
    }
    return rotated;
  }

  void diff_subdomain() {
    if (!target_.desired->subdomain) return;
    const Json desired = *target_.desired->subdomain;
    // A Worker made through the API begins with its workers.dev route off.
    const auto live = live_ != nullptr ? known_subdomain(*live_) : Known<JsonObject>::absent();
    const Json before = live.is_known() ? Json(*live) : Json(JsonObject());
    if (satisfies(&before, desired)) return;
    diff_.subdomain = true;
    for (const auto& entry : desired.get_object()) {
      const auto* inner = member(before, entry.key());
      if (satisfies(inner, entry.value())) continue;
      const std::string what = "subdomain." + std::string(entry.key());
      if (inner == nullptr) {
        line('+', what, shown(&entry.value()));
      } else {
        change_line(what, shown(inner), shown(&entry.value()));
      }
    }
  }

  void diff_schedules() {
    if (!target_.schedules) return;
    const auto live = live_ != nullptr ? known_schedules(*live_) : Known<Schedules>::known({});
    const auto before = live.is_known() ? *live : Schedules();
    const auto& after = *target_.schedules;
    diff_.schedules = before != after;
    for (const auto& cron : after) {
      if (!std::ranges::binary_search(before, cron)) line('+', "schedule " + printable(cron));
    }
    for (const auto& cron : before) {
      if (!std::ranges::binary_search(after, cron)) line('-', "schedule " + printable(cron));
    }
  }

  void diff_ownership() {
    const auto owned = ownership_of(live_tags(*live_));
    const Ownership wanted{owner_, !target_.desired->prune};
    if (owned && owned->owner == wanted.owner && owned->keep == wanted.keep) return;
    diff_.ownership = true;
    if (owned && owned->owner == owner_) {
      line('~', "prune", wanted.keep ? "true -> false" : "false -> true");
    } else {
      line('+', "ownership", ownership_tag(wanted));
    }
  }

  [[nodiscard]] bool was_managed(const std::string& part) const {
    if (!live_->memory) return false;
    return std::ranges::find(live_->memory->managed, part) != live_->memory->managed.end();
  }

  void note_dropped() {
    if (!live_->memory) return;
    for (const auto& part : live_->memory->managed) {
      if (std::ranges::find(target_.managed, part) != target_.managed.end()) continue;
      if (is_managed_secret(part)) {
        if (target_.desired->secrets_policy == manifests::SecretsPolicy::keep) {
          line('.', part, "no longer managed, kept");
        }
        continue;
      }
      line('.', part, "no longer managed, stays as it is");
    }
  }

  const Target& target_;
  const LiveWorker* live_;
  const Owner& owner_;
  Known<JsonObject> raw_;
  JsonObject settings_;
  Known<Attestation> attestation_;
  bool unattested_ = false;
  WorkerDiff diff_;
};

}  // namespace

ChangeLine change_line(std::string what, const std::string& before, const std::string& after) {
  return {'~', std::move(what), arrow(before, after), arrow(after, before), {}};
}

std::string shown(const Json* value) {
  if (value == nullptr || value->is_null()) return "(not set)";
  auto text = printable(to_text(*value));
  if (text.size() <= kShownBytes) return text;
  std::size_t end = kShownBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end) + "…";
}

WorkerDiff diff_worker(const Target& target, const LiveWorker* live, const Owner& owner) {
  return Differ(target, live, owner).run();
}

}  // namespace plumbline::reconciler
