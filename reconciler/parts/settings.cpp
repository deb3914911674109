#include <chrono>
#include <utility>

#include "base/text.h"
#include "manifests/kinds/setting_facts.h"
#include "manifests/late_dates.h"
#include "reconciler/model/canonical.h"
#include "reconciler/parts/exports.h"
#include "reconciler/parts/ignored.h"
#include "reconciler/parts/migrations.h"
#include "reconciler/parts/names.h"
#include "reconciler/parts/parts.h"
#include "reconciler/parts/unseen.h"
#include "reconciler/parts/version_draft.h"

namespace plumbline::reconciler {
namespace {

// What a manifest clears: an upload leaves it out, which resets it.
bool is_set(const Json& value) {
  if (value.is_null()) return false;
  if (const auto* object = value.if_object()) return !object->empty();
  if (const auto* array = value.if_array()) return !array->empty();
  return true;
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

Json stated_value(std::string_view key, const View& view) {
  const Json& stated = *member(view.desired().settings, key);
  const auto& fact = manifests::setting_fact(key);
  if (!fact.cleared.empty() && !is_set(canonical_settings({{key, stated}}).at(key))) {
    return parse_json(fact.cleared).value();
  }
  const auto* before = view.raw.find(key);
  return before != nullptr && fact.is_merged ? merged(*before, stated) : stated;
}

// Describes settings that differ, an object by its leaves, so that a reviewer sees what moves and not what stays.
class SettingLines {
 public:
  explicit SettingLines(PartDiff& diff) : diff_(diff) {}

  void describe(const std::string& path, const std::string& pointer, const Json* before, const Json& after) {
    if (const auto* object = after.if_object(); object && !object->empty()) {
      for (const auto& entry : *object) {
        const auto* inner = before ? member(*before, entry.key()) : nullptr;
        if (satisfies(inner, entry.value())) continue;
        describe(path + "." + std::string(entry.key()), pointer + "/" + pointer_segment(entry.key()), inner,
                 entry.value());
      }
      return;
    }
    const bool was_set = before != nullptr && !satisfies(before, nullptr);
    // A flag that is turned off is a change, and nothing that goes.
    if (satisfies(nullptr, after) && !after.is_bool()) {
      diff_.line('-', path, shown(before));
    } else if (was_set) {
      diff_.lines.push_back(change_line(path, shown(before), shown(&after)));
    } else {
      diff_.line('+', path, shown(&after));
    }
    diff_.lines.back().pointer = pointer;
  }

 private:
  PartDiff& diff_;
};

bool is_bindings_or_tags(std::string_view key) {
  return key == "bindings" || key == "tags";
}

// An upload carries the live value of whatever the manifest does not manage. A gated field that neither the manifest
// nor the live Worker has is never sent.
class Carried {
 public:
  Carried(const View& view, VersionDraft& draft) : view_(view), draft_(draft) {}

  void run() {
    for (const auto& fact : manifests::setting_facts()) {
      if (fact.carry != manifests::SettingCarry::as_read || view_.desired().settings.contains(fact.name)) continue;
      if (const auto* value = live_value(fact)) carry(fact, *value);
    }
  }

 private:
  void carry(const manifests::SettingFact& fact, const Json& value) {
    const auto canonical = canonical_settings({{fact.name, value}});
    const auto* clean = member(canonical, fact.name);
    if (clean == nullptr || !is_set(*clean)) return;
    auto carried = *clean;
    if (fact.name == "exports") {
      // The service takes migrations or exports.
      if (!pending_migrations(*view_.target, view_.live).empty()) return;
      carried = standing_exports(*clean);
    }
    if (is_set(carried)) draft_.set(fact.name, std::move(carried));
  }

  [[nodiscard]] const Json* live_value(const manifests::SettingFact& fact) const {
    const auto* version = view_.live != nullptr ? view_.live->beta_version.if_known() : nullptr;
    const auto* beta = version != nullptr ? member(*version, fact.name) : nullptr;
    if (fact.read == manifests::SettingRead::beta_version) return beta;
    const auto* value = view_.raw.find(fact.name);
    return value == nullptr && fact.read == manifests::SettingRead::list_alone ? beta : value;
  }

  const View& view_;
  VersionDraft& draft_;
};

/// Settings, each under the API's name, but for bindings and for those that no read shows (see unseen.h).
class SettingsPart final : public Part {
 public:
  [[nodiscard]] std::string_view name() const override { return "settings"; }

  void add_managed(const manifests::DesiredWorker& worker, std::vector<std::string>& managed) const override {
    for (const auto& entry : worker.settings) managed.emplace_back(entry.key());
  }
  void add_identity(const Target& target, JsonObject& identity) const override {
    identity["settings"] = without_ignored(target.settings, target.desired->ignore);
  }

  [[nodiscard]] PartDiff diff(const View& view) const override {
    PartDiff diff;
    for (const auto& entry : view.target->settings) {
      const std::string key(entry.key());
      if (key == "bindings" || is_unseen_setting(key)) continue;
      const auto* before = view.setting(key);
      const auto omitted = key == "exports" ? omitted_classes(before, entry.value()) : std::vector<std::string>();
      const bool satisfied = satisfies(before, entry.value());
      if (satisfied && omitted.empty()) continue;
      if (key == "compatibility_date") note_late_date(view, diff);
      diff.keys.push_back(key);
      diff.needs(is_script_setting(key) ? Write::script_settings : Write::version);
      if (!satisfied) SettingLines(diff).describe(key, "/" + pointer_segment(key), before, entry.value());
      for (const auto& name : omitted) {
        diff.line('-', "exports." + name, "no longer in the manifest", "/exports/" + pointer_segment(name));
      }
    }
    return diff;
  }

  [[nodiscard]] Witness witness(const ChangeLine& line) const override {
    const auto name = std::string_view(line.pointer).substr(1);
    return is_script_setting(name.substr(0, name.find('/'))) ? Witness::journal : Witness::version;
  }

  void write(const View& view, const PartDiff* own, VersionDraft& draft) const override {
    if (draft.uploads()) return write_all(view, draft);
    if (own == nullptr) return;
    for (const auto& key : own->keys) {
      if (key == "tags") {
        draft.change_tags();
      } else {
        draft.set(key, stated_value(key, view));
      }
    }
  }

  void add_state_before(const View& view, JsonObject& state) const override {
    JsonObject out;
    for (const auto& entry : view.target->settings) {
      if (!view.raw.is_known()) break;
      const auto* value = view.setting(entry.key());
      if (entry.key() == "bindings") {
        if (value != nullptr) out["bindings"] = bindings_as_stated(value->get_object(), entry.value());
      } else if (auto part = as_stated(value, entry.value())) {
        out.emplace(entry.key(), std::move(*part));
      }
    }
    state["settings"] = with_names(std::move(out), *view.target);
  }
  void add_state_after(const Subject& subject, JsonObject& state) const override {
    state["settings"] = with_names(subject.target->settings, *subject.target);
  }

 private:
  static void note_late_date(const View& view, PartDiff& diff) {
    const auto today = std::chrono::floor<std::chrono::days>(view.account->live->observed_at);
    if (auto late = manifests::late_date(view.desired(), today)) diff.notes.push_back(*std::move(late));
  }

  static void write_all(const View& view, VersionDraft& draft) {
    for (const auto& entry : view.desired().settings) {
      const std::string_view key = entry.key();
      if (is_bindings_or_tags(key) || !is_set(entry.value())) continue;
      auto value = stated_value(key, view);
      if (is_set(value)) draft.set(key, std::move(value));
    }
    Carried(view, draft).run();
  }

  // Bindings are a set: those that the manifest does not name are in it by their type.
  static JsonObject bindings_as_stated(const JsonObject& live, const Json& stated) {
    JsonObject out;
    for (const auto& entry : live) {
      const auto* wanted = member(stated, entry.key());
      if (wanted == nullptr) {
        out[entry.key()] = JsonObject{{"type", string_member(entry.value(), "type")}};
      } else {
        const bool same = binding_satisfies(entry.value().get_object(), wanted->get_object());
        out[entry.key()] = same ? *wanted : entry.value();
      }
    }
    return out;
  }
};

}  // namespace

const Part& settings_part() {
  static const SettingsPart part;
  return part;
}

}  // namespace plumbline::reconciler
