#include "manifests/edit/edit_steps.h"

#include <algorithm>

namespace plumbline::manifests {
namespace {

using NextStep = std::optional<EditStep>;

// What stands at a place of its parent.
struct Place {
  const YamlNode* node = nullptr;
  const YamlNode* parent = nullptr;
  std::size_t index = 0;
};

NextStep step_at(const Place& place, const Json& desired);

NextStep step_of_map(const YamlNode& map, const JsonObject& desired) {
  // What is new comes before anything goes, so that the map never becomes empty.
  for (const auto& entry : desired) {
    if (map.find(entry.key()) != nullptr) continue;
    return EditStep{EditStep::Kind::insert, &map, map.entries.size(), std::string(entry.key()), &entry.value()};
  }
  for (std::size_t i = 0; i < map.entries.size(); ++i) {
    const auto& [key, value] = map.entries[i];
    const auto* wanted = member(desired, key.text);
    if (wanted == nullptr) return EditStep{EditStep::Kind::remove, &map, i};
    if (auto step = step_at({&value, &map, i}, *wanted)) return step;
  }
  return std::nullopt;
}

NextStep step_of_list(const YamlNode& list, const JsonArray& desired) {
  const auto same = [&](std::size_t item, std::size_t wanted) {
    return equal(to_json(list.items[item]), desired[wanted]);
  };
  const auto least = std::min(list.items.size(), desired.size());
  std::size_t front = 0;
  while (front < least && same(front, front)) ++front;
  std::size_t back = 0;
  while (back < least - front && same(list.items.size() - 1 - back, desired.size() - 1 - back)) ++back;
  const auto old_ones = list.items.size() - front - back;
  const auto new_ones = desired.size() - front - back;
  if (old_ones == 0 && new_ones == 0) return std::nullopt;
  if (old_ones == 0) return EditStep{EditStep::Kind::insert, &list, front, {}, &desired[front]};
  if (new_ones == 0) return EditStep{EditStep::Kind::remove, &list, front};
  return step_at({&list.items[front], &list, front}, desired[front]);
}

NextStep step_at(const Place& place, const Json& desired) {
  const auto& node = *place.node;
  if (equal(to_json(node), desired)) return std::nullopt;
  const auto* object = desired.if_object();
  const auto* array = desired.if_array();
  if (node.kind == YamlKind::map && object != nullptr && !object->empty()) return step_of_map(node, *object);
  if (node.kind == YamlKind::list && array != nullptr && !array->empty()) return step_of_list(node, *array);
  return EditStep{EditStep::Kind::replace, place.parent, place.index, {}, &desired};
}

}  // namespace

std::optional<EditStep> next_step(const YamlNode& root, const Json& desired) {
  return step_at({&root, nullptr, 0}, desired);
}

}  // namespace plumbline::manifests
