#include "manifests/kinds/references.h"

#include <string_view>

#include "manifests/kinds/binding_facts.h"
#include "manifests/kinds/setting_facts.h"

namespace plumbline::manifests {
namespace {

class Renamer {
 public:
  explicit Renamer(const WorkerNames& names) : names_(names) {}

  void rename(DesiredWorker& worker) const {
    for (std::string& name : worker.depends_on) name = renamed(name);
    if (Json* bindings = worker.settings.if_contains("bindings"); bindings != nullptr && bindings->is_object()) {
      for (auto& [name, binding] : bindings->get_object()) rename_binding(binding);
    }
    for (const SettingFact& fact : setting_facts()) {
      if (fact.form != SettingForm::consumers) continue;
      rename_items(worker.settings.if_contains(fact.name), "service", "namespace");
    }
    if (Json* exports = worker.settings.if_contains("exports"); exports != nullptr && exports->is_object()) {
      for (auto& [name, exported] : exports->get_object()) {
        rename_member(exported, "transferred_to");
        rename_member(exported, "transfer_from");
      }
    }
    if (!worker.migrations) return;
    for (DesiredMigration& migration : *worker.migrations) {
      rename_items(migration.steps.if_contains("transferred_classes"), "from_script", {});
    }
  }

 private:
  [[nodiscard]] std::string renamed(std::string_view name) const {
    const auto found = names_.find(name);
    return found == names_.end() ? std::string(name) : found->second;
  }

  void rename_member(Json& value, std::string_view key) const {
    if (!value.is_object()) return;
    Json* name = value.get_object().if_contains(key);
    if (name != nullptr && name->is_string()) *name = renamed(view(name->get_string()));
  }

  // Items that have the member `elsewhere` do not refer to a Worker of this account.
  void rename_items(Json* list, std::string_view key, std::string_view elsewhere) const {
    if (list == nullptr || !list->is_array()) return;
    for (Json& item : list->get_array()) {
      if (elsewhere.empty() || member(item, elsewhere) == nullptr) rename_member(item, key);
    }
  }

  void rename_binding(Json& binding) const {
    const BindingFact* fact = binding_fact(string_member(binding, "type"));
    Json* name = fact != nullptr ? named_worker(binding, fact->worker) : nullptr;
    if (name != nullptr) *name = renamed(view(name->get_string()));
  }

  const WorkerNames& names_;
};

}  // namespace

void rename_references(DesiredWorker& worker, const WorkerNames& names) {
  Renamer(names).rename(worker);
}

}  // namespace plumbline::manifests
