#include "simulator/list_faults.h"

#include <algorithm>

namespace plumbline::simulator {
namespace {

JsonArray* list_in(Json& answer) {
  auto* object = answer.if_object();
  auto* result = object != nullptr ? object->if_contains("result") : nullptr;
  if (result == nullptr) return nullptr;
  if (auto* list = result->if_array()) return list;
  if (!result->is_object()) return nullptr;
  for (auto& entry : result->get_object()) {
    if (auto* list = entry.value().if_array()) return list;
  }
  return nullptr;
}

/// The entry that has the fault's text in any of its members; without a text, the first.
JsonArray::iterator find_entry(JsonArray& list, const std::string& text) {
  if (text.empty()) return list.begin();
  return std::ranges::find_if(list, [&text](const Json& item) {
    const auto* object = item.if_object();
    return object != nullptr && std::ranges::any_of(*object, [&text](const auto& entry) {
             return entry.value().is_string() && view(entry.value().get_string()) == text;
           });
  });
}

void strike(const Fault& fault, JsonArray& list, JsonArray::iterator entry) {
  if (fault.kind == FaultKind::drop_entry) {
    list.erase(entry);
  } else if (fault.kind == FaultKind::repeat_entry) {
    const Json copy = *entry;
    list.insert(entry, copy);
  } else if (auto* object = entry->if_object()) {
    if (fault.value) {
      (*object)[fault.key] = *fault.value;
    } else {
      object->erase(fault.key);
    }
  }
}

void recount(Json& answer, std::size_t before, std::size_t now) {
  auto* info = answer.get_object().if_contains("result_info");
  if (info == nullptr || !info->is_object()) return;
  for (const auto* key : {"count", "total_count"}) {
    auto* count = info->get_object().if_contains(key);
    if (count == nullptr || !count->is_number()) continue;
    *count = count->to_number<std::int64_t>() + static_cast<std::int64_t>(now) - static_cast<std::int64_t>(before);
  }
}

}  // namespace

bool strikes_lists(FaultKind kind) {
  return kind == FaultKind::drop_entry || kind == FaultKind::repeat_entry || kind == FaultKind::maim_entry;
}

std::string with_list_fault(const Fault& fault, std::string body) {
  auto answer = parse_json(body);
  if (!answer) return body;
  auto* list = list_in(*answer);
  if (list == nullptr) return body;
  const auto entry = find_entry(*list, fault.entry);
  if (entry == list->end()) return body;
  const auto before = list->size();
  strike(fault, *list, entry);
  if (fault.recount) recount(*answer, before, list->size());
  return to_text(*answer);
}

}  // namespace plumbline::simulator
