#include "reconciler/model/account_lists.h"

#include <algorithm>
#include <array>

namespace plumbline::reconciler {
namespace {

constexpr std::array kWords{
    ResourceWords{ResourceKind::kv_namespace, "kv_namespace", "title", "namespace_id", "KV namespace"},
    ResourceWords{ResourceKind::d1_database, "d1", "database_name", "database_id", "D1 database"},
    ResourceWords{ResourceKind::hyperdrive_config, "hyperdrive", "name", "id", "Hyperdrive configuration"}};

}  // namespace

DurableClasses durable_classes_of(const JsonArray& list) {
  DurableClasses classes;
  for (const auto& item : list) {
    const auto worker = string_member(item, "script");
    auto& known = worker.empty() ? classes.of_nobody : classes.by_worker[std::string(worker)];
    known.emplace(string_member(item, "class"));
  }
  return classes;
}

const ResourceWords& words_of(ResourceKind kind) {
  return *std::ranges::find(kWords, kind, &ResourceWords::kind);
}

const ResourceWords* words_of_binding(std::string_view type) {
  const auto* const found = std::ranges::find(kWords, type, &ResourceWords::binding_type);
  return found == kWords.end() ? nullptr : found;
}

}  // namespace plumbline::reconciler
