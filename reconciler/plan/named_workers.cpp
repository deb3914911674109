#include "reconciler/plan/named_workers.h"

#include "manifests/kinds/binding_facts.h"
#include "manifests/kinds/setting_facts.h"
#include "reconciler/parts/migrations.h"

namespace plumbline::reconciler {
namespace {

class NamedWorkers {
 public:
  NamedWorkers(const JsonObject& settings, std::string_view self) : settings_(settings), self_(self) {}

  void add_settings() {
    add_bindings();
    for (const auto& fact : manifests::setting_facts()) {
      if (fact.form == manifests::SettingForm::consumers) add_consumers(fact.name);
    }
  }

  void add_manifest(const Target& target, const LiveWorker* live) {
    for (const auto& migration : pending_migrations(target, live)) add_takeovers(migration);
    for (const auto& name : target.desired->depends_on) add(name, std::string(kDependsOn), true);
  }

  std::vector<NamedWorker> take() { return std::move(found_); }

 private:
  void add(std::string_view name, std::string place, bool has_to_be_there = false) {
    if (name.empty() || name == self_) return;
    found_.push_back({std::string(name), std::move(place), has_to_be_there});
  }

  void add_bindings() {
    const auto* bindings = member(settings_, "bindings");
    const auto* object = bindings != nullptr ? bindings->if_object() : nullptr;
    if (object == nullptr) return;
    for (const auto& entry : *object) {
      const auto place = "binding " + std::string(entry.key());
      const auto* fact = manifests::binding_fact(string_member(entry.value(), "type"));
      const auto where = fact != nullptr ? fact->worker : manifests::kOutboundOfBinding;
      const auto* name = manifests::named_worker(entry.value(), where);
      if (name != nullptr) add(view(name->get_string()), place, where.has_to_be_there);
    }
  }

  // What stands in a namespace of Workers for Platforms is no Worker of this account.
  void add_consumers(std::string_view setting) {
    const auto* consumers = member(settings_, setting);
    if (consumers == nullptr || !consumers->is_array()) return;
    for (const auto& consumer : consumers->get_array()) {
      if (member(consumer, "namespace") == nullptr) add(string_member(consumer, "service"), std::string(setting));
    }
  }

  void add_takeovers(const manifests::DesiredMigration& migration) {
    const auto* taken = member(migration.steps, "transferred_classes");
    if (taken == nullptr || !taken->is_array()) return;
    for (const auto& item : taken->get_array()) add(string_member(item, "from_script"), "migration " + migration.tag);
  }

  const JsonObject& settings_;  ///< canonical
  std::string_view self_;
  std::vector<NamedWorker> found_;
};

}  // namespace

std::vector<NamedWorker> named_workers(const Target& target, const LiveWorker* live) {
  NamedWorkers named(target.settings, target.desired->name);
  named.add_settings();
  named.add_manifest(target, live);
  return named.take();
}

std::vector<NamedWorker> named_in_settings(const JsonObject& canonical, std::string_view self) {
  NamedWorkers named(canonical, self);
  named.add_settings();
  return named.take();
}

}  // namespace plumbline::reconciler
