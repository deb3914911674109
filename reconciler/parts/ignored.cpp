#include "reconciler/parts/ignored.h"

#include <algorithm>
#include <span>

#include "manifests/kinds/setting_facts.h"
#include "reconciler/model/canonical.h"
#include "reconciler/parts/names.h"

namespace plumbline::reconciler {
namespace {

using Path = std::span<const std::string>;

// The object that holds the last segment's value; null if it is not there.
JsonObject* parent_of(JsonObject& root, Path path) {
  auto* object = &root;
  for (const auto& key : path.first(path.size() - 1)) {
    auto* next = object->if_contains(key);
    object = next != nullptr ? next->if_object() : nullptr;
    if (object == nullptr) return nullptr;
  }
  return object;
}

bool is_whole_binding(Path path) {
  return path.size() == 2 && path.front() == "bindings";
}

// An object of which nothing is left is not stated: empty it would clear the live one.
void erase_with_empty_parents(JsonObject& root, Path path) {
  for (; !path.empty(); path = path.first(path.size() - 1)) {
    auto* parent = parent_of(root, path);
    if (parent == nullptr) return;
    parent->erase(path.back());
    if (!parent->empty()) return;
  }
}

// A binding that becomes another type has other fields.
bool is_of_other_type(const JsonObject& settings, const JsonObject& live, Path path) {
  if (path.front() != "bindings" || path.size() <= 2) return false;
  const auto type_of = [&](const JsonObject& all) {
    const auto* bindings = member(all, "bindings");
    const auto* binding = bindings != nullptr ? member(*bindings, path[1]) : nullptr;
    return binding != nullptr ? string_member(*binding, "type") : std::string_view();
  };
  return type_of(settings) != type_of(live);
}

// A placement is one of several shapes. Where the live one has another, the fields of both together are none.
bool is_of_other_shape(const JsonObject& settings, const JsonObject& live, Path path) {
  if (manifests::setting_fact(path.front()).form != manifests::SettingForm::placement) return false;
  const auto* stated = member(settings, path.front());
  const auto* found = member(live, path.front());
  if (stated == nullptr || found == nullptr || !stated->is_object() || !found->is_object()) return false;
  const auto has = [found](const auto& entry) { return found->get_object().contains(entry.key()); };
  const auto& fields = stated->get_object();
  return fields.size() != found->get_object().size() || !std::ranges::all_of(fields, has);
}

// `live` is canonical. In `as_written` a binding that stays is inherited: what a read tells of it is less than it is.
void take_live(JsonObject& settings, JsonObject& as_written, JsonObject& live, Path path) {
  if (is_of_other_shape(settings, live, path)) path = path.first(1);
  if (path.size() == 1) {
    settings.erase(path.front());
    as_written.erase(path.front());
    return;
  }
  if (is_of_other_type(settings, live, path)) return;
  const bool binding = path.front() == "bindings";
  auto* place = parent_of(settings, path);
  auto* place_as_written = parent_of(as_written, path);
  if (place == nullptr || place_as_written == nullptr) return;
  // An object that is cleared is cleared as a whole.
  if (place->empty() && !binding) return;
  const auto* source = parent_of(live, path);
  if (source == nullptr && binding) return;
  const auto& key = path.back();
  if (const auto* value = source != nullptr ? member(*source, key) : nullptr) {
    place->insert_or_assign(key, *value);
    place_as_written->insert_or_assign(key, is_whole_binding(path) ? Json{{"type", "inherit"}} : *value);
  } else if (binding) {
    place->erase(key);
    place_as_written->erase(key);
  } else {
    erase_with_empty_parents(settings, path);
    erase_with_empty_parents(as_written, path);
  }
}

bool is_variable(const Json& binding) {
  return std::ranges::find(kVariableTypes, string_member(binding, "type")) != kVariableTypes.end();
}

bool keeps_variables(const manifests::DesiredWorker& worker) {
  return worker.vars_policy == manifests::VarsPolicy::keep && worker.settings.contains("bindings");
}

// The variables that are live and that the manifest does not name, neither as a binding nor as a secret.
std::vector<std::string> kept_variables(const manifests::DesiredWorker& worker, const JsonObject& live) {
  const auto* bindings = member(live, "bindings");
  const auto* stated = member(worker.settings, "bindings");
  std::vector<std::string> names;
  if (bindings == nullptr || !bindings->is_object()) return names;
  for (const auto& [name, binding] : bindings->get_object()) {
    const bool named =
        (stated != nullptr && member(*stated, name) != nullptr) || worker.secrets.contains(std::string(name));
    if (is_variable(binding) && !named) names.emplace_back(name);
  }
  return names;
}

// A pointer may be there for other Workers, by the defaults of a folder.
bool states_ignored(const manifests::DesiredWorker& worker) {
  return keeps_variables(worker) || std::ranges::any_of(worker.ignore, [&worker](const auto& pointer) {
           const auto path = split_pointer(pointer);
           return path && !path->empty() && worker.settings.contains(path->front());
         });
}

// What is bound by others is not looked up by its name.
void forget_names(Target& target, Path path) {
  if (path.front() != "bindings" || path.size() > 2) return;
  std::erase_if(target.names, [path](const auto& named) { return path.size() == 1 || named.binding == path.back(); });
}

}  // namespace

void resolve_ignored(Target& target, const LiveWorker* live) {
  if (live == nullptr || !states_ignored(*target.manifest)) return;
  const auto known = known_settings(*live);
  if (!known.is_known()) return;
  // However much a read tells, the same takes the place: the plan's digest is of it.
  auto canonical = with_service_defaults(canonical_settings(*known));
  // Begins with what is stated: what was known before, and stands in its place, may not be so.
  auto desired = with_ids(target);
  target.settings = canonical_settings(desired->settings);
  for (const auto& pointer : desired->ignore) {
    const auto path = split_pointer(pointer);
    if (!path || path->empty()) continue;
    take_live(target.settings, desired->settings, canonical, *path);
    forget_names(target, *path);
  }
  if (keeps_variables(*desired)) {
    for (const auto& name : kept_variables(*target.manifest, canonical)) {
      take_live(target.settings, desired->settings, canonical, std::array{std::string("bindings"), name});
    }
  }
  target.desired = std::move(desired);
}

void resolve_ignored(TargetList& targets, const LiveState& live) {
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const auto& desired = *targets[i].desired;
    if (desired.ignore.empty() && !keeps_variables(desired)) continue;
    const auto found = live.workers.find(desired.name);
    auto target = targets[i];
    resolve_ignored(target, found == live.workers.end() ? nullptr : &found->second);
    targets.replace(i, std::move(target));
  }
}

bool is_ignored_binding(const manifests::DesiredWorker& worker, std::string_view name) {
  const auto pointer = "/bindings/" + pointer_segment(name);
  return std::ranges::any_of(worker.ignore, [&](const auto& one) { return one == "/bindings" || one == pointer; });
}

JsonObject without_ignored(JsonObject settings, const std::vector<std::string>& pointers) {
  for (const auto& pointer : pointers) {
    const auto path = split_pointer(pointer);
    if (!path || path->empty()) continue;
    if (auto* parent = parent_of(settings, *path)) parent->erase(path->back());
  }
  return settings;
}

}  // namespace plumbline::reconciler
