#include "reconciler/parts/names.h"

#include <fmt/format.h>

#include <algorithm>

#include "manifests/kinds/binding_facts.h"
#include "reconciler/model/canonical.h"
#include "reconciler/model/live_settings.h"
#include "reconciler/parts/parts.h"

namespace plumbline::reconciler {
namespace {

const manifests::NamedResource& words_of(ResourceKind kind) {
  return manifests::binding_of(kind).resource;
}

std::string memory_key(const NamedBinding& named) {
  return fmt::format("{} {}", manifests::binding_of(named.kind).type, named.name);
}

std::string id_in_list(const NamedBinding& named, const ResourceIds& ids) {
  const auto found = ids.find(named.name);
  return found == ids.end() || found->second.size() != 1 ? std::string() : found->second.front();
}

// What was found out before stands as long as nothing moved and the binding holds it.
std::string id_in_memory(const NamedBinding& named, const LiveWorker* worker) {
  if (worker == nullptr || !worker->clean || !worker->memory) return {};
  const auto found = worker->memory->resource_ids.find(memory_key(named));
  if (found == worker->memory->resource_ids.end()) return {};
  const auto bindings = canonical_setting("bindings", LiveSettings(*worker).find("bindings"));
  const auto* live = bindings ? member(*bindings, named.binding) : nullptr;
  const bool same = live != nullptr && string_member(*live, words_of(named.kind).id_key) == found->second;
  return same ? found->second : std::string();
}

bool resolve(NamedBinding& named, const LiveWorker* worker, const LiveState& live) {
  const auto list = live.resources.find(named.kind);
  named.looked_up = list != live.resources.end() && list->second.items.is_known();
  auto id = named.looked_up ? id_in_list(named, *list->second.items) : id_in_memory(named, worker);
  const bool changed = id != named.id;
  named.id = std::move(id);
  return changed;
}

void put_id(JsonObject& bindings, const NamedBinding& named) {
  const auto& words = words_of(named.kind);
  auto& binding = bindings.at(named.binding).get_object();
  binding.erase(words.name_key);
  binding[words.id_key] = named.id;
}

Block no_such_resource(const NamedBinding& named) {
  const auto& words = words_of(named.kind);
  return {Reason::dependency_not_ready,
          fmt::format("binding {}: the account has no {} with the {} \"{}\"", named.binding, words.singular,
                      words.called, named.name),
          fmt::format("create it, correct \"{}\", or give \"{}\" in its place", words.name_key, words.id_key)};
}

Block ambiguous(const NamedBinding& named, const std::vector<std::string>& ids) {
  const auto& words = words_of(named.kind);
  return {Reason::dependency_not_ready,
          fmt::format("binding {}: the account has {} {}s with the {} \"{}\"", named.binding, ids.size(),
                      words.singular, words.called, named.name),
          fmt::format("give \"{}\" in place of \"{}\": one of {}", words.id_key, words.name_key, fmt::join(ids, ", "))};
}

}  // namespace

std::vector<NamedBinding> named_bindings(const JsonObject& desired_settings) {
  std::vector<NamedBinding> out;
  const auto* bindings = member(desired_settings, "bindings");
  if (bindings == nullptr || !bindings->is_object()) return out;
  for (const auto& entry : bindings->get_object()) {
    const auto* fact = manifests::binding_fact(string_member(entry.value(), "type"));
    if (fact == nullptr || fact->resource.name_key.empty()) continue;
    const auto name = string_member(entry.value(), fact->resource.name_key);
    if (!name.empty()) out.push_back({std::string(entry.key()), fact->resource.kind, std::string(name), {}, false});
  }
  return out;
}

void resolve_names(Target& target, const LiveWorker* worker, const LiveState& live) {
  bool changed = false;
  for (auto& named : target.names) changed = resolve(named, worker, live) || changed;
  if (!changed) return;
  target.desired = with_ids(target);
  target.settings = canonical_settings(target.desired->settings);
  target.identity = target_identity(target);
}

void resolve_names(TargetList& targets, const LiveState& live) {
  for (std::size_t i = 0; i < targets.size(); ++i) {
    if (targets[i].names.empty()) continue;
    auto target = targets[i];
    const auto found = live.workers.find(target.desired->name);
    resolve_names(target, found == live.workers.end() ? nullptr : &found->second, live);
    targets.replace(i, std::move(target));
  }
}

std::shared_ptr<manifests::DesiredWorker> with_ids(const Target& target) {
  auto desired = std::make_shared<manifests::DesiredWorker>(*target.manifest);
  for (const auto& named : target.names) {
    if (!named.id.empty()) put_id(desired->settings.at("bindings").get_object(), named);
  }
  return desired;
}

std::optional<Block> name_block(const Target& target, const LiveState& live) {
  for (const auto& named : target.names) {
    if (!named.id.empty()) continue;
    const auto list = live.resources.find(named.kind);
    if (list == live.resources.end() || !list->second.items.is_known()) {
      const bool failed = list != live.resources.end() && list->second.failure;
      return Block{Reason::read_failed,
                   fmt::format("binding {}: the {}s of the account could not be read{}", named.binding,
                               words_of(named.kind).singular,
                               failed ? ": " + api::to_text(*list->second.failure) : std::string()),
                   fmt::format("try again later, or give \"{}\" in place of \"{}\"", words_of(named.kind).id_key,
                               words_of(named.kind).name_key)};
    }
    const auto found = list->second.items->find(named.name);
    return found == list->second.items->end() ? no_such_resource(named) : ambiguous(named, found->second);
  }
  return std::nullopt;
}

std::map<std::string, std::string> ids_to_remember(const Target& target) {
  std::map<std::string, std::string> out;
  for (const auto& named : target.names) {
    if (!named.id.empty()) out.emplace(memory_key(named), named.id);
  }
  return out;
}

JsonObject with_names(JsonObject settings, const Target& target) {
  auto* bindings = settings.if_contains("bindings");
  if (bindings == nullptr || !bindings->is_object()) return settings;
  for (const auto& named : target.names) {
    const auto& words = words_of(named.kind);
    auto* binding = bindings->get_object().if_contains(named.binding);
    const bool same = binding != nullptr && string_member(*binding, words.id_key) == named.id;
    if (same) binding->get_object()[words.name_key] = named.name;
  }
  return settings;
}

std::string name_note(const Target& target, std::string_view binding) {
  const auto named = std::ranges::find(target.names, binding, &NamedBinding::binding);
  if (named == target.names.end()) return {};
  return fmt::format(" ({} {})", words_of(named->kind).name_key, named->name);
}

}  // namespace plumbline::reconciler
