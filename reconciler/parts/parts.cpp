#include "reconciler/parts/parts.h"

#include <algorithm>
#include <array>

#include "base/digest.h"
#include "manifests/kinds/setting_facts.h"

namespace plumbline::reconciler {
namespace {

void add_claims(const TargetList& targets, bool in_scope, AccountView& view) {
  for (const auto& target : targets) {
    if (is_in_scope(target.desired->name, *view.policy) != in_scope) continue;
    for (const auto* part : parts()) {
      for (auto& claim : part->claims(target))
        view.claims.try_emplace(std::move(claim), target.desired->name, in_scope);
    }
  }
}

}  // namespace

std::span<const Part* const> parts() {
  static const std::array<const Part*, 14> all{
      &code_part(),      &assets_part(),  &durable_objects_part(), &unseen_part(),    &settings_part(),
      &bindings_part(),  &secrets_part(), &subdomain_part(),       &schedules_part(), &consumers_part(),
      &workflows_part(), &routes_part(),  &domains_part(),         &ownership_part()};
  return all;
}

const Part* find_part(std::string_view name) {
  const auto found = std::ranges::find(parts(), name, [](const Part* part) { return part->name(); });
  return found == parts().end() ? nullptr : *found;
}

AccountView account_view(const TargetList& targets, const LiveState& live, const Policy& policy) {
  AccountView view{&targets, &live, &policy};
  add_claims(targets, true, view);
  add_claims(targets, false, view);
  return view;
}

std::vector<std::string> managed_parts(const manifests::DesiredWorker& worker) {
  std::vector<std::string> managed;
  for (const auto* part : parts()) part->add_managed(worker, managed);
  return managed;
}

std::string target_identity(const Target& target) {
  JsonObject identity;
  for (const auto* part : parts()) part->add_identity(target, identity);
  return truncated(sha256_hex(to_canonical_text(identity)));
}

std::optional<Block> first_obstacle(const Subject& subject) {
  for (const auto* part : parts()) {
    if (auto block = part->obstacle(subject)) return block;
  }
  return std::nullopt;
}

std::vector<std::string> losers(const Subject& subject) {
  std::vector<std::string> names;
  for (const auto* part : parts()) {
    for (auto& name : part->losers(subject)) names.push_back(std::move(name));
  }
  return names;
}

void remember_known_parts(const LiveWorker& live, Observation& memory) {
  for (const auto* part : parts()) {
    const std::string name(part->name());
    if (auto value = part->known_value(live)) {
      memory.parts.insert_or_assign(name, std::move(*value));
    } else if (!live.clean && part->read_operation() != nullptr) {
      memory.parts.erase(name);
    }
  }
}

Agreed agreed_of(const Observation& memory) {
  Agreed agreed;
  for (const auto& fact : manifests::setting_facts()) {
    if (fact.level != manifests::SettingLevel::script) continue;
    if (const auto* value = member(memory.settings, fact.name)) agreed.settings[fact.name] = *value;
  }
  for (const auto* part : parts()) {
    const auto* value = part->read_operation() != nullptr ? find_value(memory.parts, part->name()) : nullptr;
    if (value != nullptr) agreed.parts.emplace(part->name(), *value);
  }
  return agreed;
}

bool has_read_news(const LiveWorker& live) {
  if (!live.memory) return false;
  return std::ranges::any_of(parts(), [&live](const Part* part) {
    const auto value = live.parts.contains(part->name()) ? part->known_value(live) : std::nullopt;
    if (!value) return false;
    const auto* before = find_value(live.memory->parts, part->name());
    if (before != nullptr) return !equal(*before, *value);
    // A list of the account tells of every Worker, and mostly that it holds nothing.
    return part->read_operation() != nullptr || *value != Json(JsonObject());
  });
}

}  // namespace plumbline::reconciler
